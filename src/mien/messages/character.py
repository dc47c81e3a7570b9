"""What the trained part of the job `character` says: the imitator."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "character.imitator.draws": ("drawing heads", "绘制头部"),
    "character.imitator.database": (
        "{count} samples; {missing} without a readable picture are left out",
        "{count} 个样本；{missing} 个没有可读图片，已跳过",
    ),
    "character.imitator.no_pictures": (
        "{path}: no sample with a readable picture; wanted one JPEG of each name beside it",
        "{path}：没有带可读图片的样本；需要在其旁边为每个名称提供一张 JPEG",
    ),
    "character.imitator.data": (
        "--data {value}: wanted head, a set of `mien character collect`, or a db_description file "
        "or its folder",
        "--data {value}：需要 head、`mien character collect` 的训练集，"
        "或 db_description 文件及其所在文件夹",
    ),
    "data.f2p_picture": (
        "{path}: no picture of sample {name}; wanted {name}.jpg beside it",
        "{path}：缺少样本 {name} 的图片；需要在其旁边有 {name}.jpg",
    ),
    "data.f2p_damaged": (
        "{path}: not a whole db_description ({reason}); wanted what the ancestor's engine wrote",
        "{path}：不是完整的 db_description（{reason}）；需要原项目引擎写出的文件",
    ),
    "data.wanted.f2p": ("a db_description", "db_description 文件"),
    "command.character.train": (
        "train an imitator or a translator of any engine",
        "训练任意引擎的模仿网络或翻译网络",
    ),
    "command.character.eval": (
        "score an imitator, a translator, or all ways of fitting, held out",
        "用未见过的数据为模仿网络、翻译网络或各种拟合方式评分",
    ),
    "command.character.export": (
        "write a character as glTF, VRM or one web page; or the imitator as ONNX",
        "将角色导出为引擎模型（glTF）、虚拟形象（VRM）或单个网页；或将模仿网络导出为 ONNX",
    ),
    "character.start": (
        "where the imitator begins: the average face, or the usual fit",
        "模仿网络的起点：平均脸，或常规拟合结果",
    ),
    "character.steps": ("steps of the imitator's descent", "模仿网络的梯度步数"),
    "character.model": (
        "the shipped imitator, a weight file or a run's folder (of a translator in its stage)",
        "内置模仿网络、权重文件或训练目录（translator 阶段为翻译网络）",
    ),
    "character.data": (
        "the head, a set of `collect`, or a db_description file with its pictures",
        "内置头部、collect 的训练集，或 db_description 文件及其图片",
    ),
    "character.people": ("renders of the head to learn from", "用于学习的头部渲染图数量"),
    "character.eval_data": (
        "samples to compare with; without it new ones of the head",
        "用于比较的样本；不填则使用头部的新样本",
    ),
    "character.eval_stage": (
        "what is scored: a network, or fit: the average head, one look, the usual fit, the "
        "imitator's and the ancestor's, side by side",
        "评分对象：某个网络，或 fit：平均头、一次推断、常规拟合、模仿网络与原项目做法的对比",
    ),
    "character.eval_steps": (
        "gradient steps of the ancestor's way in --stage fit",
        "--stage fit 中原项目做法的梯度步数",
    ),
    "character.ways.people": ("people", "人物"),
    "character.ways.unseen": ("no face was found in this drawing", "此渲染图中未检测到人脸"),
    "character.ways.nobody": (
        "no face at all was found; wanted photos with faces, or --data head",
        "未找到任何人脸；请提供含人脸的照片，或使用 --data head",
    ),
    "character.ways.folder": (
        "{path}: --stage fit compares on drawn people (--data head) or on a folder of photos",
        "{path}：--stage fit 在渲染人物（--data head）或照片文件夹上比较",
    ),
    "character.ways.head": (
        "{count} people; {steps} steps of the ancestor's way. vertices in cm, seconds of CPU, "
        "identity and forms: rank-1 among these people",
        "{count} 人；原项目做法 {steps} 步。vertices 单位 cm，seconds 为 CPU 秒，"
        "identity 与 forms 为在这些人中的首位命中率",
    ),
    "character.translator.eval_data": (
        "--stage translator needs the pictures to compare with: --data SET, as for training",
        "--stage translator 需要用于比较的图片：--data 训练集，与训练时相同",
    ),
    "character.translator.eval_head": (
        "{count} pictures that were held out; explained: R squared, of choices the share of wrong "
        "guesses that are gone; error as a share of the range, of the average {plain:.4f}, of the "
        "translator {error:.4f}",
        "{count} 张保留图片；explained 为 R 平方（选项为消除的错误比例）；误差按取值范围计："
        "平均值 {plain:.4f}，翻译网络 {error:.4f}",
    ),
    "character.eval_count": ("samples", "样本数"),
    "character.imitator.weights": (
        "{path}: not the network that its header tells of; wanted an imitator of this version: "
        "train it again",
        "{path}：网络与文件头不符；需要此版本的模仿网络，请重新训练",
    ),
    "character.imitator.other_engine": (
        "{path}: imitates another engine; a photo can be fitted with an imitator of the head only",
        "{path}：模仿的是其他引擎；照片拟合只能使用内置头部的模仿网络",
    ),
    "character.imitator.fitted": (
        "imitator's loss {first:.3f} -> {last:.3f} in {steps} steps; in the engine's picture: "
        "NME {start_nme:.4f} -> {nme:.4f} (usual fit {usual_nme:.4f}), skin dE {start_skin:.1f} -> "
        "{skin:.1f} ({usual_skin:.1f}), SSIM {start_ssim:.3f} -> {ssim:.3f} ({usual_ssim:.3f})",
        "模仿网络损失 {first:.3f} -> {last:.3f}（{steps} 步）；引擎图片中：NME {start_nme:.4f} -> "
        "{nme:.4f}（常规拟合 {usual_nme:.4f}），肤色 dE {start_skin:.1f} -> {skin:.1f}"
        "（{usual_skin:.1f}），SSIM {start_ssim:.3f} -> {ssim:.3f}（{usual_ssim:.3f}）",
    ),
    "character.imitator.worse": (
        "the loss fell, but the engine's picture got worse than at the start in: {names}",
        "损失下降，但引擎图片在以下方面比起点更差：{names}",
    ),
    "character.imitator.worse_than_usual": (
        "the usual fit (--engine head) is better here in: {names}",
        "常规拟合（--engine head）在以下方面更好：{names}",
    ),
    "character.imitator.no_texture": (
        "--engine imitator finds parameters alone: the characters wear no texture of the photo",
        "--engine imitator 只求参数：角色不带照片纹理",
    ),
    "character.eval_pictures": ("pictures", "图片"),
    "character.eval_landmarks": ("landmarks", "关键点"),
    "character.eval_needs_data": (
        "the imitator was trained on pictures that are not here; name some with --data",
        "模仿网络的训练图片不在此处；请用 --data 指定",
    ),
    "character.eval_layout": (
        "--data holds other parameters than the imitator was trained on; wanted the same engine",
        "--data 中的参数与模仿网络的训练参数不同；需要同一引擎",
    ),
    "character.eval_head": (
        "{count} held-out samples (L1 of 1, PSNR in dB); landmarks by the default landmarker on "
        "{marked}, NME by the outer eyes",
        "{count} 个保留样本（L1 以 1 为满，PSNR 单位 dB）；"
        "关键点用默认检测器在 {marked} 个样本上检测，"
        "NME 以外眼角距离归一",
    ),
    "character.eval_row": ("{name}: {value}", "{name}：{value}"),
}
