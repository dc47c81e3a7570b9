"""What is said about fitting photos with any engine, several photos of one person, and locks."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "character.engine": (
        "head: landmarks, light and colours; imitator: down the gradient of a network; or any "
        "engine as `collect` takes it, with its --translator",
        "head：关键点、光照与颜色；imitator：沿网络梯度拟合；"
        "或 collect 可用的任意引擎（需其 --translator）",
    ),
    "character.translator": (
        "translator of this engine: a weight file or a run's folder",
        "该引擎的翻译网络：权重文件或训练目录",
    ),
    "character.imitator": (
        "refine through this imitator of the engine, not by drawing with small changes",
        "通过该引擎的模仿网络来细化，而不是用引擎逐个微调绘制",
    ),
    "character.renders": (
        "pictures of the engine that refining a photo may take",
        "细化一张照片时最多绘制的引擎图片数",
    ),
    "character.one_person": (
        "all photos show one person: one character from all of them",
        "所有照片是同一个人：用全部照片生成一个角色",
    ),
    "character.lock": (
        "values that stay while the rest is fitted: NAME=VALUE, or NAME as it is",
        "拟合其余参数时保持不变的值：NAME=VALUE，或只写 NAME 以保持原值",
    ),
    "character.edit_out": (
        "where the changed character goes, rather than beside the old one",
        "改动后的角色写入此处，而不是放在原角色旁边",
    ),
    "character.relock": (
        "keep what was set by hand and fit the rest to the photo again",
        "保留手动设置的值，并对照片重新拟合其余参数",
    ),
    "character.stage": ("which network", "训练哪个网络"),
    "character.translator.data": (
        "--data: a translator learns from a set of `mien character collect`, or a db_description",
        "--data：翻译网络需要 `mien character collect` 的训练集或 db_description",
    ),
    "character.translator.few": (
        "{path}: {count} pictures to learn from; wanted {least} or more, and some held out",
        "{path}：只有 {count} 张可学习的图片；至少需要 {least} 张，并留出一些作测试",
    ),
    "character.translator.faces": (
        "faces are measured: landmarks, descriptor, colours, pixels ({count} pictures; {left} "
        "without a face are left out)",
        "测量人脸：关键点、特征、颜色、像素（{count} 张图片；{left} 张没有人脸，已跳过）",
    ),
    "character.translator.pixels": (
        "this engine's pictures hold no faces that a detector finds: pixels alone are measured "
        "({count} pictures)",
        "检测器在该引擎的图片中找不到人脸：只测量像素（{count} 张图片）",
    ),
    "character.translator.measures": ("measuring pictures", "测量图片"),
    "character.translator.weights": (
        "{path}: not the network that its header tells of; wanted a translator of this version: "
        "train it again",
        "{path}：网络与文件头不符；需要此版本的翻译网络，请重新训练",
    ),
    "character.lock.words": (
        "--lock {value}: wanted NAME=VALUE such as nose_width=.3, or NAME alone",
        "--lock {value}：需要 NAME=VALUE（如 nose_width=.3）或单独的 NAME",
    ),
    "character.engine_fit.face": (
        "no face was found, and this engine's translator measures faces",
        "未找到人脸，而该引擎的翻译网络需要测量人脸",
    ),
    "character.engine_fit.other": (
        "{path}: learnt another engine's parameters; wanted one trained on a set of this engine",
        "{path}：学的是其他引擎的参数；需要用该引擎的训练集训练",
    ),
    "character.engine_fit.no_drawing": (
        "the engine drew neither its average face nor the estimate",
        "引擎既画不出平均脸，也画不出估计结果",
    ),
    "character.engine_fit.needs": (
        "--engine {value}: wanted head or imitator, or an engine as `collect` takes it together "
        "with --translator FILE",
        "--engine {value}：需要 head 或 imitator；或 collect 可用的引擎并给出 --translator 文件",
    ),
    "character.engine_fit.seen": (
        "{seen} of {total} parameters can be told from a picture; the others are guessed near "
        "their average",
        "{total} 个参数中有 {seen} 个能从图片看出；其余按平均值附近猜测",
    ),
    "character.engine_fit.story": (
        "edges (and NME) by the judges: average face {average}, estimate {estimate}, fit {fit}; "
        "{kept} of {tried} steps kept, {renders} drawings",
        "评判的边缘相关（及 NME）：平均脸 {average}，估计 {estimate}，拟合 {fit}；"
        "{tried} 步中保留 {kept} 步，共绘制 {renders} 张",
    ),
    "character.engine_fit.worse": (
        "It is worse than the engine's average face in: {names}.",
        "它在以下方面比引擎的平均脸更差：{names}。",
    ),
    "character.lock.colour": (
        "--lock {name}: a colour is kept as it is; wanted the name alone",
        "--lock {name}：颜色只能保持原值；请只写名称",
    ),
    "character.lock.name": ("--lock:", "--lock："),
    "character.imitator.plain": (
        "--engine imitator fits one photo at a time and takes no locks; wanted --engine head, or "
        "an engine with its --translator",
        "--engine imitator 一次拟合一张照片，且不支持固定值；请用 --engine head，"
        "或带 --translator 的引擎",
    ),
    "character.relock.photo": (
        "{path}: no photo.png to fit to again; wanted a folder that `mien character fit` wrote",
        "{path}：没有可重新拟合的 photo.png；需要 `mien character fit` 写出的文件夹",
    ),
    "character.relock.face": (
        "{path}: no face is found again in photo.png",
        "{path}：在 photo.png 中找不到人脸",
    ),
    "character.together.photo": (
        "{name}: landmark error {alone:.4f} by itself, {shared:.4f} as one person",
        "{name}：单独拟合的关键点误差 {alone:.4f}，作为同一个人 {shared:.4f}",
    ),
    "character.together.best": (
        "one person from {count} photos; skin and light are those of {name}",
        "由 {count} 张照片合成一个人；皮肤与光照取自 {name}",
    ),
}
