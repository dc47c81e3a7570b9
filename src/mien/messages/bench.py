"""What `mien bench` says."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "command.bench": (
        "measure every job's quality and speed on this machine",
        "在本机测量各项任务的质量与速度",
    ),
    "bench.out": ("folder for bench.json and bench.md", "bench.json 与 bench.md 的文件夹"),
    "bench.only": (
        "parts to measure, e.g. express,speed: all unless given",
        "只测量这些部分，如 express,speed；默认全部",
    ),
    "bench.quick": (
        "few samples: minutes instead of a quarter of an hour, wide intervals",
        "少量样本：几分钟即可，但区间较宽",
    ),
    "bench.compare": (
        "show what changed since this earlier bench.json",
        "与之前的 bench.json 比较",
    ),
    "bench.results": (
        "with --compare: use this bench.json and measure nothing",
        "与 --compare 合用：使用该 bench.json，不再测量",
    ),
    "bench.resume": (
        "take the parts that a stopped bench of this commit left in --out",
        "沿用同一提交下被中断的测评留在 --out 中的部分",
    ),
    "bench.results_alone": (
        "--results is given without --compare: name the earlier bench.json with --compare",
        "给了 --results 却没有 --compare：请用 --compare 指定较早的 bench.json",
    ),
    "bench.wanted": ("a bench.json of `mien bench`", "`mien bench` 写出的 bench.json"),
    "bench.damaged": (
        "{path}: not a whole bench.json; wanted the file that `mien bench` writes: make it again",
        "{path}：不是完整的 bench.json；需要 `mien bench` 写出的文件，请重新生成",
    ),
    "bench.newer": (
        "{path}: written by a newer mien; wanted a file of this version: update mien",
        "{path}：由更新版本的 mien 写出；请更新 mien",
    ),
    "bench.title": ("Bench", "测评"),
    "bench.made": (
        "`mien bench` of mien {version}, commit {commit}: {minutes} minutes of CPU time. "
        "{machine}.",
        "mien {version}（提交 {commit}）的 `mien bench`：{minutes} 分钟 CPU 时间。{machine}。",
    ),
    "bench.is_quick": (
        "A quick look: too few samples for conclusions.",
        "快速测量：样本太少，不足以下结论。",
    ),
    "bench.how_to_read": (
        "Values with a 95 % interval (bootstrap over people, clips or repeats). Trivial answers "
        "come first, ours are bold, the floor is the best that can be expected. ↑ more is better, "
        "↓ less is, → the nearer to the floor the better. Everything is measured on drawn people "
        "that nothing was trained or tuned on.",
        "数值附 95 % 区间（对人物、片段或重复做自助法）。先列平凡答案，粗体为本项目结果，"
        "floor 为可期望的最好值。↑ 越大越好，↓ 越小越好，→ 越接近 floor 越好。"
        "所有测量都在从未参与训练或调参的绘制人物上进行。",
    ),
    "bench.extractor": ("Measured with {name}.", "测量工具：{name}。"),
    "bench.samples": ("Samples: {what}.", "样本：{what}。"),
    "bench.compared": (
        "old: {old}, new: {new}; 95 % intervals as of independent samples",
        "旧：{old}，新：{new}；95 % 区间按独立样本计算",
    ),
    "bench.other_machine": (
        "the machines differ: speeds cannot be compared",
        "机器不同：速度不可比较",
    ),
    "bench.other_size": (
        "one of the two is a quick look: sets of different sizes have other floors",
        "其中一个是快速测量：样本数不同，floor 也不同",
    ),
    "bench.column.what": ("figure", "指标"),
    "bench.column.old": ("old", "旧"),
    "bench.column.new": ("new", "新"),
    "bench.column.change": ("change", "变化"),
    "bench.column.verdict": ("verdict", "判断"),
    "bench.verdict.better": ("better", "变好"),
    "bench.verdict.worse": ("worse", "变差"),
    "bench.verdict.same": ("no difference seen", "无明显差别"),
    "bench.verdict.changed": ("changed", "有变化"),
    "bench.verdict.unknown": ("no interval", "无区间"),
}
