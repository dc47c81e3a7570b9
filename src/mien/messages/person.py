"""What learning one person from a clip says, and moving that person."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "command.reenact.learn": (
        "learn one person from a clip of 10 to 60 seconds",
        "从一段 10 到 60 秒的视频学习一个人",
    ),
    "person.clip": (
        "clip of one face, or a folder of its frames",
        "一张脸的视频，或存放各帧的文件夹",
    ),
    "person.out": ("folder for the person", "存放此人的文件夹"),
    "person.minutes": (
        "minutes of computing on one core",
        "单核计算的分钟数",
    ),
    "person.hold": (
        "share of the clip's end that is not learnt but measured; 0: none",
        "视频末尾不学习、只用于测量的比例；0 表示没有",
    ),
    "person.crop": (
        "of a learnt person: the crop alone, not the whole picture",
        "对学习到的人物：只输出面部裁剪，而非整幅画面",
    ),
    "person.landmarks": (
        "what finds the points: our network, or dlib's 68 (the extra dlib68)",
        "由谁定位关键点：自带网络，或 dlib 的 68 点（额外组件 dlib68）",
    ),
    "person.limit": ("use only so many frames", "只使用前若干帧"),
    "person.wanted": (
        "a person: a folder that `mien reenact learn` wrote",
        "人物文件夹：由 `mien reenact learn` 生成",
    ),
    "person.damaged": (
        "{path}: not a whole person; wanted a folder that `mien reenact learn` wrote: learn it "
        "again",
        "{path}：人物不完整；需要 `mien reenact learn` 生成的文件夹，请重新学习",
    ),
    "person.changed": (
        "{path}: not the file that belongs to this person; wanted the one it was learnt with: "
        "learn it again",
        "{path}：不是此人原有的文件；需要学习时的文件，请重新学习",
    ),
    "person.newer": (
        "{path}: written by a newer mien; wanted a person of this version: update mien",
        "{path}：由更新版本的 mien 生成；请更新 mien",
    ),
    "person.differs": (
        "this person's network is not the one that its settings tell of; wanted a person of this "
        "version: learn it again",
        "此人的网络与其设置不符；需要此版本的人物，请重新学习",
    ),
    "person.short": (
        "{path}: {count} frames with a face; wanted at least {wanted}: use a longer or clearer "
        "clip",
        "{path}：只有 {count} 帧有人脸；至少需要 {wanted} 帧，请换更长或更清晰的视频",
    ),
    "person.other_run": (
        "--resume {path}: not a run of this clip; wanted one that learnt it: use --resume auto",
        "--resume {path}：不是此视频的训练；请使用 --resume auto",
    ),
    "person.warp_ready": (
        "{path} can be used from now on, warped; its network is learnt next",
        "{path} 现在即可使用（仅变形）；接着学习其网络",
    ),
    "person.measures": ("held-out frames", "未学习的帧"),
    "person.scores": (
        "{held} frames that were not learnt; points as {judge} finds them",
        "{held} 帧未参与学习；关键点由 {judge} 测得",
    ),
    "command.reenact.rank": (
        "rank ways of reenactment by votes on pairs (TrueSkill)",
        "根据两两投票为各种方法排名（TrueSkill）",
    ),
    "rank.votes": (
        "CSV files with the columns left, right and choice (left, right or same)",
        "CSV 文件，含 left、right、choice（left、right 或 same）三列",
    ),
    "rank.out": ("JSON to write", "要写入的 JSON"),
    "rank.wanted": ("votes: a CSV file", "投票：CSV 文件"),
    "rank.format": (
        "{path}: no votes; wanted a CSV file whose first line is left,right,choice",
        "{path}：不是投票文件；需要第一行为 left,right,choice 的 CSV 文件",
    ),
    "rank.vote": (
        "{path}, line {line}: {given}; wanted two different names and left, right or same",
        "{path} 第 {line} 行：{given}；需要两个不同的名称，以及 left、right 或 same",
    ),
    "rank.count": (
        "{path}: {count} votes; wanted 1 to {limit}",
        "{path}：共 {count} 票；需要 1 到 {limit} 票",
    ),
    "rank.told": ("{votes} votes; the surest best first", "共 {votes} 票；最确定的优胜者在前"),
}
