"""What the job `generate` says."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "job.generate.title": ("generate", "人脸生成"),
    "job.generate.summary": (
        "people who do not exist, and the ways between them",
        "生成不存在的人物，并在人物之间平滑过渡",
    ),
    "command.generate.sample": (
        "draw faces of people who do not exist",
        "绘制不存在的人物的脸",
    ),
    "command.generate.walk": (
        "walk smoothly from face to face, as a clip or a sheet",
        "从一张脸平滑过渡到另一张，生成视频或对照图",
    ),
    "command.generate.like": (
        "find the model's face that is most like a photo",
        "找出模型中与照片最相似的脸",
    ),
    "command.generate.train": (
        "train a model on the head or on your own pictures",
        "用内置头部或您自己的图片训练模型",
    ),
    "command.generate.eval": (
        "score a model against pictures it never saw",
        "用模型未见过的图片为其评分",
    ),
    "command.generate.export": (
        "write a model as ONNX for other programs",
        "将模型导出为 ONNX 供其他程序使用",
    ),
    "option.device": ("auto, cpu, cuda, cuda:N or mps", "auto、cpu、cuda、cuda:N 或 mps"),
    "generate.count": ("how many faces", "人脸数量"),
    "generate.seed": ("of everything random", "随机种子"),
    "generate.truncation": (
        "below 1: nearer to the average face, less varied",
        "小于 1：更接近平均脸，变化更少",
    ),
    "generate.model": (
        "a shipped model, a weight file or a run's folder",
        "内置模型、权重文件或训练目录",
    ),
    "generate.out": ("folder for the results", "结果文件夹"),
    "generate.seeds": ("face 0 of this seed is a stop", "以此种子的第 0 张脸为一站"),
    "generate.walk_like": (
        "the face most like this photo is a stop",
        "以与此照片最相似的脸为一站",
    ),
    "generate.stops": ("stops where none are chosen", "未指定时的站数"),
    "generate.seconds": ("from stop to stop", "站与站之间的时长"),
    "generate.fps": ("frames per second (a GIF shows at most 50)", "每秒帧数（GIF 最多 50）"),
    "generate.size": ("width and height of a frame", "画面的宽和高"),
    "generate.open": ("end at the last stop instead of looping", "停在最后一站，不循环"),
    "generate.out_walk": (
        "clip (mp4, gif) or sheet (png, jpg, webp) to write",
        "要写入的视频（mp4、gif）或对照图（png、jpg、webp）",
    ),
    "generate.steps": ("steps of the search", "搜索步数"),
    "generate.data": (
        "the head, its drawings, or a folder, zip file or pack of pictures",
        "内置头部、其卡通版，或图片文件夹、zip 文件、数据包",
    ),
    "generate.people": ("renders of the head", "头部渲染图的数量"),
    "generate.eval_data": (
        "pictures to compare with; without it those it was trained on",
        "用于比较的图片；不填则使用训练数据的来源",
    ),
    "generate.eval_count": ("pictures of each set", "每组图片数"),
    "generate.features": ("feature network as an ONNX file", "ONNX 格式的特征网络"),
    "generate.no_photos": (
        "no photo was given; wanted one or more picture files: name them after `like`",
        "没有给出照片；需要一张或多张图片，请写在 `like` 之后",
    ),
    "generate.weights_differ": (
        "{path}: not the networks that its header tells of; wanted a model of this version: "
        "train it again",
        "{path}：网络与文件头不符；需要此版本的模型，请重新训练",
    ),
    "generate.data_unknown": (
        "--data {value}: wanted head, head:toon, or a folder, zip file or pack that exists",
        "--data {value}：需要 head、head:toon，或存在的文件夹、zip 文件、数据包",
    ),
    "generate.size_differs": (
        "{path}: pictures of {found} pixels; this preset wants {wanted}: import them again, or "
        "choose another preset",
        "{path}：图片为 {found} 像素；此方案需要 {wanted}，请重新导入或更换方案",
    ),
    "generate.eval_needs_data": (
        "the model was trained on pictures that are not here; name some with --data",
        "模型的训练图片不在此处；请用 --data 指定",
    ),
    "generate.eval_draws": ("drawing", "绘制中"),
    "generate.eval_scores": ("scores", "评分"),
    "generate.eval_head": (
        "{count} made against {count} held out, in {space} (distances x1000)",
        "{count} 张生成图对 {count} 张保留图，特征 {space}（距离 ×1000）",
    ),
    "generate.eval_row": (
        "{name}: {value}  95 %: {interval}  floor: {floor}",
        "{name}：{value}  95%：{interval}  下限：{floor}",
    ),
    "generate.eval_nearest": (
        "nearest training picture, median distance: made {made}, held out {held_out}",
        "最近训练图片的中位距离：生成 {made}，保留 {held_out}",
    ),
    "doctor.measure": (
        "measure how fast networks train here (a minute)",
        "实测本机训练网络的速度（约一分钟）",
    ),
    "doctor.speed": ("{rate:.0f} images/s", "每秒 {rate:.0f} 张图"),
    "data.crop": (
        "centre: the middle square; face: upright heads; squeeze: all of it",
        "centre：居中裁剪；face：对齐人脸；squeeze：整张压缩",
    ),
}
