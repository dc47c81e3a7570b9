"""What the job `translate` says."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "job.translate.title": ("translate", "照片与动漫互转"),
    "job.translate.summary": (
        "a photo as an anime character, and back",
        "把照片变成动漫角色，或把动漫变回照片",
    ),
    "command.translate.run": (
        "show photos as anime, or anime as photos",
        "把照片转成动漫，或把动漫转成照片",
    ),
    "command.translate.train": (
        "train both directions on the head, or on two folders of your own",
        "用内置头部或您自己的两个文件夹训练两个方向",
    ),
    "command.translate.eval": (
        "score models on people they never saw, against the true counterpart",
        "在模型未见过的人物上，与真实对应图比较评分",
    ),
    "command.translate.export": (
        "write a model as ONNX for other programs",
        "将模型导出为 ONNX 供其他程序使用",
    ),
    "translate.pictures": (
        "photos, drawings, clips, or folders of them",
        "照片、动漫图片、视频，或其文件夹",
    ),
    "translate.to": ("what they become", "转换的目标"),
    "translate.via": (
        "network: paint it; character: fit the face and draw it, sharp at any size; "
        "guided: paint it after that drawing, with a model of your own",
        "network：用网络绘制；character：拟合人脸后绘制，任意尺寸都清晰；"
        "guided：用您自己的模型参照该绘图来绘制",
    ),
    "translate.model": (
        "the shipped model, a run's folder, a weight file, or another project's .pth",
        "内置模型、训练目录、权重文件，或其他项目的 .pth 文件",
    ),
    "translate.size": ("width and height of the result", "结果的宽和高"),
    "translate.paste": ("put the face back into the picture", "把人脸贴回原图"),
    "translate.sheet": ("also write photo and result side by side", "另存原图与结果的对照图"),
    "translate.damp": (
        "of clips: how much of a flicker is held back",
        "视频：抑制闪烁的程度",
    ),
    "translate.clip_way": (
        "--via {via} makes single pictures, and a clip was given; wanted --via network, or "
        "`mien character perform`",
        "--via {via} 只处理单张图片，而输入是视频；请用 --via network 或 `mien character perform`",
    ),
    "translate.not_guided": (
        "--via guided, and {model} was not trained with guides; wanted a run of the preset guided",
        "--via guided：{model} 未使用引导图训练；需要 guided 方案训练出的模型",
    ),
    "translate.no_guides": (
        "this preset needs drawings of guessed heads, which only --data head has; choose default "
        "or cut for folders of your own",
        "此方案需要猜测头部的绘图，只有 --data head 具备；自己的文件夹请用 default 或 cut",
    ),
    "translate.out": ("folder for the results", "结果文件夹"),
    "translate.out_onnx": ("file to write", "要写入的文件"),
    "translate.data": (
        "the head, or your photos: a folder, zip file or pack",
        "内置头部，或您的照片：文件夹、zip 文件或数据包",
    ),
    "translate.to_data": (
        "your drawings, where --data is your photos",
        "您的动漫图片（--data 为您的照片时）",
    ),
    "translate.to_crop": (
        "the same for the drawings, in which faces are rarely found",
        "动漫图片的裁剪方式（其中很少能检测到人脸）",
    ),
    "translate.people": ("people of the head, each in both styles", "内置头部的人数，每人两种风格"),
    "translate.models": ("models to score", "要评分的模型"),
    "translate.eval_count": ("people", "人数"),
    "translate.two_folders": (
        "translation is learnt from two kinds of pictures; wanted --data head alone, or "
        "--data PHOTOS and --to-data DRAWINGS",
        "互转需要两类图片；请只用 --data head，或同时给出 --data 照片 与 --to-data 动漫图片",
    ),
    "translate.no_pairs": (
        "this preset needs true pairs, which only the head has; choose default or seed for "
        "folders of your own",
        "此方案需要真实配对，只有内置头部具备；自己的文件夹请用 default 或 seed",
    ),
    "translate.size_differs": (
        "{path}: pictures of {found} pixels; this preset wants {wanted}: import them again, or "
        "choose another preset",
        "{path}：图片为 {found} 像素；此方案需要 {wanted}，请重新导入或更换方案",
    ),
    "translate.drawing": ("drawing people", "绘制人物"),
    "translate.weights_differ": (
        "{path}: not the network that its header tells of; wanted a model of this version: "
        "train it again",
        "{path}：网络与文件头不符；需要此版本的模型，请重新训练",
    ),
    "translate.foreign_differs": (
        "{path}: no maker that is known ({what}); wanted the ancestor's checkpoint, or a ResNet "
        "generator of pytorch-CycleGAN-and-pix2pix with instance norms, such as latest_net_G_A.pth",
        "{path}：不是已知的生成网络（{what}）；需要原项目的检查点，或 "
        "pytorch-CycleGAN-and-pix2pix 中使用实例归一化的 ResNet 生成器，例如 latest_net_G_A.pth",
    ),
    "translate.other_way": (
        "{path}: makes {made}, and --to {to} was asked for; name the other file of the run",
        "{path}：此模型生成 {made}，而请求的是 --to {to}；请指定同一训练的另一个文件",
    ),
    "translate.no_pictures": (
        "no picture was given; wanted one or more picture files: name them after `run`",
        "没有给出图片；需要一张或多张图片，请写在 `run` 之后",
    ),
    "translate.no_face": (
        "{path}: no face was found; wanted a face of at least 80 pixels, seen from the front: "
        "use a larger or clearer photo",
        "{path}：没有找到人脸；需要至少 80 像素的正面人脸，请换更大或更清晰的照片",
    ),
    "translate.no_character": (
        "--via {via} draws, and --to photo was asked for; leave --via out",
        "--via {via} 只能绘制动漫，而请求的是 --to photo；请去掉 --via",
    ),
    "translate.square": (
        "no face was found in the drawing; its middle square was taken, with the eyes expected at "
        "47 % of the height",
        "图中没有检测到人脸；已取中央正方形，假定眼睛位于 47% 高度处",
    ),
    "translate.eval_drawing": ("people with their truth", "绘制带真值的人物"),
    "translate.eval_probe": ("people for the probe", "绘制探针训练用的人物"),
    "translate.eval_probe_count": (
        "other people that the probe of sex, hair length and glasses learns from; 0: no probe",
        "训练性别、发长、眼镜探针所用的人数；0 表示不用探针",
    ),
    "translate.eval_model": ("translating", "转换中"),
    "translate.eval_head": (
        "{count} people that nobody was trained on, {size} px; landmarks found by {judge}; "
        "distances x1000 in {space}; dE is CIE76 inside the true parts",
        "{count} 个未参与训练的人物，{size} 像素；特征点由 {judge} 检测；距离 ×1000，特征 {space}；"
        "dE 为真实区域内的 CIE76 色差",
    ),
    "translate.unfit.maker": (
        "maker={value}: these widths do not divide the size; wanted a size that can be halved once "
        "for every width: change size or maker",
        "maker={value}：宽度数与尺寸不符；尺寸需能按宽度数逐次减半，请修改 size 或 maker",
    ),
    "translate.unfit.judge": (
        "judge={value}: wanted one width for every halving of the size down to 4 pixels, and a "
        "size that is a power of two: change size or judge",
        "judge={value}：从尺寸减半到 4 像素，每次需要一个宽度，"
        "且尺寸为 2 的幂；请修改 size 或 judge",
    ),
    "translate.unfit.pairing": (
        "pairing={value}: a guide is drawn of the very person; wanted pairing=true",
        "pairing={value}：引导图取自同一人物；需要 pairing=true",
    ),
    "translate.unfit.network": (
        "network={value}: this maker has no maps for cut and dtn; wanted unet, deep or resnet",
        "network={value}：此网络不适用于 cut 与 dtn；需要 unet、deep 或 resnet",
    ),
    "translate.unfit.opinion": (
        "opinion={value}: dtn's judge tells three sorts apart; wanted opinion=own",
        "opinion={value}：dtn 的判别器区分三类；需要 opinion=own",
    ),
    "translate.unfit.cycle": (
        "cycle={value}: a cycle needs framework=cycle and ways=both; wanted these, or cycle=0",
        "cycle={value}：循环损失需要 framework=cycle 与 ways=both；否则请设 cycle=0",
    ),
    "translate.unfit.batch": (
        "batch={value}: pictures are compared within a batch; wanted 2 or more",
        "batch={value}：需在一批之内比较图片；至少为 2",
    ),
}
