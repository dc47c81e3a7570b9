"""What the head engine says, and its data sets."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "command.head.dataset": (
        "draw people for training, with every label; goes on where it was stopped",
        "绘制带全部标注的训练人像；中断后可继续",
    ),
    "command.head.npc": (
        "make a crowd for a game: parameters, portrait, 3D model of each",
        "为游戏生成一群人物：每人的参数、肖像和三维模型",
    ),
    "option.recipe": (
        "recipe.json of a data set, instead of options",
        "数据集的 recipe.json，代替其他选项",
    ),
    "option.sampler": ("who is drawn", "绘制怎样的人群"),
    "option.material": (
        "material of one number, such as wrinkles=.5",
        "数值材质，例如 wrinkles=.5",
    ),
    "option.facial_hair": ("what grows on the face", "胡须"),
    "option.glasses": ("glasses", "眼镜款式"),
    "fields.what.material": ("material", "材质"),
    "option.people_seed": ("other people for another seed", "不同的种子给出不同的人"),
    "option.set_size": (
        "width and height of the pictures; 128 px if left out",
        "图片的宽和高；不填则为 128 px",
    ),
    "option.set_style": ("how they are drawn; photo if left out", "绘制风格；不填则为 photo"),
    "option.set_sampler": (
        "who is drawn; portrait if left out",
        "绘制怎样的人群；不填则为 portrait",
    ),
    "option.masks": ("also write the parts of every face as PNG", "另将每张脸的部位写成 PNG"),
    "option.effects": (
        "spoil photos as cameras and files do: white balance, blur, noise, JPEG",
        "按相机和文件的方式处理照片：白平衡、模糊、噪点、JPEG",
    ),
    "option.workers": ("processes; all cores if left out", "进程数；不填则使用全部核心"),
    "option.glb": ("also export a 3D model of each person", "另为每人导出三维模型"),
    "option.stats": (
        "instead of drawing, count who the sampler gives",
        "不绘制，只统计采样得到的人群",
    ),
    "option.people": ("how many people --stats counts", "--stats 统计的人数"),
    "app.sheet_sampler": (
        "--sampler has no part in --kind {kind}; leave it out, or choose one of {kinds}",
        "--sampler 对 --kind {kind} 不起作用；请去掉它，或选择：{kinds}",
    ),
    "app.balance": ("{count} people of sampler {sampler}:", "采样器 {sampler} 的 {count} 个人："),
    "balance.skin": ("skin", "肤色"),
    "balance.age": ("age", "年龄"),
    "balance.sex": ("sex", "性别"),
    "balance.hair": ("hair style", "发型"),
    "balance.colour": ("hair colour", "发色"),
    "balance.beard": ("facial hair of men", "男性胡须"),
    "balance.glasses": ("glasses", "眼镜"),
    "balance.marks": ("marks and make-up", "斑痣与妆容"),
    "data.wanted.recipe": ("the recipe.json of a data set", "数据集的 recipe.json"),
    "data.recipe_json": (
        "{path}: not JSON; wanted the recipe.json of `mien head dataset`",
        "{path}：不是 JSON；需要 `mien head dataset` 的 recipe.json",
    ),
    "data.recipe_fields": (
        "{path}: not a recipe; wanted exactly the fields {names}",
        "{path}：不是配方；需要恰好包含这些字段：{names}",
    ),
    "data.recipe_value": (
        "{path}: {name} is {value}; wanted one of: {wanted}",
        "{path}：{name} 的值为 {value}；应为其中之一：{wanted}",
    ),
    "data.recipe_head": (
        "{path}: made for head {theirs}, and this mien draws head {ours}: the pictures would not "
        "be the same; use the mien it was made with, or make a new set",
        "{path}：为头部 {theirs} 而制，而此版本的 mien 绘制的是头部 {ours}，图片会不一致；"
        "请使用原来的 mien，或制作新的数据集",
    ),
    "data.recipe_other": (
        "{path}: holds another data set; give its own options to go on, or another --out",
        "{path}：其中是另一个数据集；要继续请给出它自己的选项，否则请换一个 --out",
    ),
    "data.recipe_foreign": (
        "{path}: not empty; wanted a new folder, or one that was begun by the same command",
        "{path}：不是空文件夹；需要新文件夹，或由同一命令开始的文件夹",
    ),
    "data.recipe_shard": (
        "{path}: pictures are missing in it; remove that folder to have it drawn again",
        "{path}：其中缺少图片；删除该文件夹即可重新绘制",
    ),
    "data.recipe_or_options": (
        "--recipe says all of it: leave {name} out",
        "--recipe 已说明全部内容：请去掉 {name}",
    ),
    "data.recipe_or_count": (
        "wanted --count N for a new data set, or --recipe FILE",
        "新数据集需要 --count N，或使用 --recipe FILE",
    ),
    "data.worker_died": (
        "a worker process ended on its own (out of memory?); run the same command again to go on, "
        "with fewer --workers",
        "一个工作进程意外结束（内存不足？）；请用较少的 --workers 再次运行同一命令以继续",
    ),
    "data.kept": ("{count} were there already", "已有 {count} 个，保留不变"),
    "data.drawing": ("drawing", "绘制中"),
    "data.rate": ("{rate} a second", "每秒 {rate} 个"),
}
