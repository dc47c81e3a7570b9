"""What models from and for a hub say."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "command.hub.save": (
        "write a model with its card into a folder",
        "把模型及其说明卡写入文件夹",
    ),
    "command.hub.push": (
        "send such a folder to a repository of Hugging Face",
        "把该文件夹上传到 Hugging Face 仓库",
    ),
    "command.hub.get": (
        "fetch a model from a repository of Hugging Face",
        "从 Hugging Face 仓库获取模型",
    ),
    "hub.model": (
        "a weight file, a run's folder, hf:owner/name, or what ships: generate-photo",
        "权重文件、训练文件夹、hf:owner/name，或自带模型，如 generate-photo",
    ),
    "hub.out": ("folder for weights and card", "权重与说明卡的文件夹"),
    "hub.repo": ("repository, owner/name", "仓库，owner/name"),
    "hub.folder": ("a folder that `mien hub save` wrote", "`mien hub save` 写出的文件夹"),
    "hub.private": ("only you may see a new repository", "新仓库仅自己可见"),
    "hub.sends": (
        "sending {file}, README.md and config.json to {name}, and nothing else",
        "将 {file}、README.md 和 config.json 上传到 {name}，不上传其他内容",
    ),
    "hub.name": (
        "{name}: no name of a repository; wanted owner/name, owner/name/file.safetensors or "
        "owner/name@revision",
        "{name}：不是仓库名；需要 owner/name、owner/name/文件.safetensors 或 owner/name@版本",
    ),
    "hub.missing": (
        "models of a hub need one more package: pip install 'mien[hub]'",
        "使用模型仓库还需要一个软件包：pip install 'mien[hub]'",
    ),
    "hub.large": (
        "{name}: larger than mien reads; wanted a weight file that mien wrote",
        "{name}：文件过大；需要 mien 写出的权重文件",
    ),
    "hub.gated": (
        "{name}: its owner has to let you in: ask on its page, then `hf auth login`",
        "{name}：需要所有者授权：请在其页面申请，然后运行 `hf auth login`",
    ),
    "hub.absent": (
        "{name}: no such repository, or none that you may see: look at its name, or run "
        "`hf auth login`",
        "{name}：没有该仓库或无权查看：请检查名称，或运行 `hf auth login`",
    ),
    "hub.no_file": (
        "{name}: the repository has no such file; name one as owner/name/file.safetensors",
        "{name}：仓库中没有该文件；请写成 owner/name/文件.safetensors",
    ),
    "hub.no_revision": (
        "{name}: the repository has no such revision; leave @... out for the newest",
        "{name}：仓库中没有该版本；不写 @... 则取最新版本",
    ),
    "hub.offline": (
        "{name}: not in the cache, and the hub cannot be reached: fetch it once with a network",
        "{name}：缓存中没有，且无法连接仓库：请先联网获取一次",
    ),
    "hub.failed": ("{name}: {reason}", "{name}：{reason}"),
    "hub.job": (
        "{path}: weights of {job}, which is nothing that can be loaded alone",
        "{path}：{job} 的权重，无法单独加载",
    ),
    "hub.folder_many": (
        "{path}: {count} weight files; name one of them",
        "{path}：有 {count} 个权重文件；请指定其中一个",
    ),
}
