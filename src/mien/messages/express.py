"""What training and models of the job `express` say."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "command.express.train": (
        "train a network on the head, or on pictures with Action Units",
        "用内置头部，或带动作单元的图片训练网络",
    ),
    "command.express.eval": (
        "score networks and the plain warp against the truth",
        "用真值为网络和单纯的变形评分",
    ),
    "command.express.export": (
        "write a model as ONNX for other programs",
        "将模型导出为 ONNX 供其他程序使用",
    ),
    "express.model": (
        "what edits: warp moves the photo's own pixels; default repairs that; seed is the "
        "ancestor's way; or a weight file or run",
        "编辑方式：warp 移动照片自身的像素；default 在此基础上修补；seed 为前代方法；也可指定权重"
        "文件或训练目录",
    ),
    "express.data": (
        "the head, or a folder or zip file of pictures with an attribute file",
        "内置头部，或带属性文件的图片文件夹或 zip 文件",
    ),
    "express.attributes": (
        "file or folder of Action Units; without it, looked for beside the pictures",
        "动作单元文件或文件夹；不填则在图片旁查找",
    ),
    "express.people": ("drawn people, four expressions each", "绘制的人数，每人四种表情"),
    "express.eval_models": ("networks to score", "要评分的网络"),
    "express.eval_people": ("drawn people to score with", "用于评分的绘制人数"),
    "express.eval_seed": ("of the people", "人物的随机种子"),
    "express.export_model": (
        "a shipped model, a weight file or a run's folder",
        "内置模型、权重文件或训练目录",
    ),
    "express.out_onnx": ("file to write", "要写入的文件"),
    "express.drawing": ("drawing people", "绘制人物"),
    "express.weights_differ": (
        "{path}: not the networks that its header tells of; wanted a model of this version: "
        "train it again",
        "{path}：网络与文件头不符；需要此版本的模型，请重新训练",
    ),
    "express.needs_pairs": (
        "--data {data}: the preset {preset} learns from pairs whose truth is known; wanted head, "
        "or --preset seed for pictures of your own",
        "--data {data}：方案 {preset} 需要已知真值的图片对；请用 head，或对自己的图片用 "
        "--preset seed",
    ),
    "express.no_match": (
        "{path}: none of its {rows} lines names one of the {pictures} pictures; wanted names such "
        "as those of the files",
        "{path}：其 {rows} 行中没有任何一行对应 {pictures} 张图片；名称需与文件名一致",
    ),
    "express.no_attributes": (
        "{path}: no Action Units beside the pictures; wanted attributes.txt, list_attr_celeba.txt, "
        "aus_openface.pkl or a CSV: name it with --attributes",
        "{path}：图片旁没有动作单元文件；需要 attributes.txt、list_attr_celeba.txt、"
        "aus_openface.pkl 或 CSV，请用 --attributes 指定",
    ),
    "express.matched": (
        "{pictures} pictures with Action Units, of {listed} lines; {unsure} left out as unsure",
        "{pictures} 张图片有动作单元，共 {listed} 行；{unsure} 张因置信度低而未使用",
    ),
    "express.sweep": (
        "a sheet of this Action Unit in steps from nothing to all, such as 12 or 12,6",
        "生成该动作单元由无到满逐级变化的对照图，例如 12 或 12,6",
    ),
    "express.steps": ("pictures of a sweep", "逐级对照图的张数"),
    "express.grid": (
        "a sheet of every expression that has a name",
        "生成所有具名表情的对照图",
    ),
    "express.only": (
        "change these Action Units alone, such as 12,6",
        "只改变这些动作单元，例如 12,6",
    ),
    "express.mask": (
        "also write where and how much the photo was changed, as NAME.mask.png",
        "另存照片被改动的位置和程度：名称.mask.png",
    ),
    "express.one_sheet": (
        "--sweep and --grid were both given; wanted one of them",
        "同时给出了 --sweep 和 --grid；只能选其一",
    ),
    "express.attention": (
        "of somebody else's checkpoint: whether attention 1 keeps the photo or takes the change",
        "他人检查点中注意力为 1 时是保留照片还是采用改动",
    ),
    "express.share": (
        "--set {name}={value:g} is no share; wanted 0 to 1",
        "--set {name}={value:g} 不是比例；需要 0 到 1",
    ),
    "express.foreign_heads": (
        "{path}: no generator of GANimation; wanted layers img_reg and attetion_reg, or im_reg and "
        "im_att: give the generator's checkpoint",
        "{path}：不是 GANimation 的生成器；需要 img_reg 与 attetion_reg，或 im_reg 与 im_att 层，"
        "请给出生成器的检查点",
    ),
    "express.foreign_layer": (
        "{path}: another network than GANimation's generator ({layer}); wanted its layers, no "
        "fewer and no more: give the generator's checkpoint",
        "{path}：与 GANimation 生成器的网络不同（{layer}）；层数须完全一致，请给出生成器的检查点",
    ),
    "express.foreign_aus": (
        "{path}: made for {count} Action Units; wanted {wanted}, those of OpenFace: give another "
        "checkpoint",
        "{path}：针对 {count} 个动作单元；需要 OpenFace 的 {wanted} 个，请换用其他检查点",
    ),
    "express.estimated": (
        "the Action Units of {count} of the pictures were estimated, not measured",
        "其中 {count} 张图片的动作单元为估计值，并非测量值",
    ),
    "express.no_turns": (
        "--model {model} changes expressions alone; wanted no --yaw, --pitch, --roll or --gaze, or "
        "--model warp",
        "--model {model} 只改变表情；请去掉 --yaw、--pitch、--roll、--gaze，或用 --model warp",
    ),
    "express.eval_head": (
        "{pairs} edits of {people} drawn people of seed {seed}, {size} px; Action Units and "
        "identity by {extractor}",
        "对种子 {seed} 的 {people} 位绘制人物的 {pairs} 次编辑，{size} 像素；动作单元和身份由 "
        "{extractor} 测得",
    ),
    "express.eval_row": (
        "{name}: PSNR face {face} mouth {mouth} eyes {eyes} dB, SSIM face {ssim} mouth "
        "{ssim_mouth}, AUs r {aus}, identity {identity}, found {found}",
        "{name}：PSNR 面部 {face}、嘴 {mouth}、眼 {eyes} dB，SSIM 面部 {ssim}、嘴 {ssim_mouth}，"
        "动作单元 r {aus}，身份 {identity}，检出 {found}",
    ),
    "attributes.wanted": (
        "Action Units: a list, a CSV, OpenFace's CSV files or a pickled dictionary",
        "动作单元文件：列表、CSV、OpenFace 的 CSV 或 pickle 字典",
    ),
    "attributes.format": (
        "{path}: no Action Units in it; wanted lines of a name and 17 numbers, or a CSV with "
        "columns AU01_r, AU02_r, ... or AU1, AU2, ...",
        "{path}：没有动作单元；需要每行一个名称加 17 个数字，或含 AU01_r、AU02_r…… 或 AU1、AU2…… "
        "列的 CSV",
    ),
    "attributes.empty": (
        "{path}: no pictures in it; wanted one line per picture",
        "{path}：没有任何图片；需要每张图片一行",
    ),
    "attributes.empty_folder": (
        "{path}: no CSV files in this folder; wanted those that OpenFace writes",
        "{path}：文件夹里没有 CSV；需要 OpenFace 生成的文件",
    ),
    "attributes.twice": (
        "{path}: {name} comes twice with different values; wanted each picture once",
        "{path}：{name} 出现两次且数值不同；每张图片只能出现一次",
    ),
    "attributes.words": (
        "{path}, line {line}: {given} values; wanted {wanted}",
        "{path} 第 {line} 行：共 {given} 项；需要 {wanted} 项",
    ),
    "attributes.number": (
        '{path}, line {line}: {column} is "{value}"; wanted a number from 0 to {most}',
        "{path} 第 {line} 行：{column} 为“{value}”；需要 0 到 {most} 之间的数字",
    ),
    "attributes.pickle": (
        "{path}: not a pickled dictionary of names and numbers, or one that asks for more than "
        "numpy arrays; wanted names with 17 values each",
        "{path}：不是由名称和数字组成的 pickle 字典，或要求 numpy 数组以外的内容；需要每个名称对应 "
        "17 个数值",
    ),
}
