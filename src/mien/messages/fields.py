"""What is wrong with the value of an option or field."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "fields.unknown": (
        "{what} {name!r} does not exist; {hint}",
        "{what} {name!r} 不存在；{hint}",
    ),
    "fields.did_you_mean": ("did you mean {names}?", "您是不是想用 {names}？"),
    "fields.one_of": ("it must be one of {names}", "可用的值：{names}"),
    "fields.out_of_range": (
        "{name}: {value} is outside {low} to {high}{unit}; give a value inside",
        "{name}：{value} 超出范围 {low} 到 {high}{unit}，请改用范围内的值",
    ),
    "fields.not_a": (
        "{name}: {value!r} is not {wanted}",
        "{name}：{value!r} 不是{wanted}",
    ),
    "fields.missing": (
        "{name} is missing: give {wanted}",
        "缺少 {name}：请给出{wanted}",
    ),
    "fields.kind.integer": ("a whole number", "整数"),
    "fields.kind.number": ("a number", "数字"),
    "fields.kind.pair": (
        "NAME=NUMBER, such as nose_width=.3",
        "“名称=数值”的形式，例如 nose_width=.3",
    ),
    "fields.kind.list": ("a list of values", "一组值"),
    "fields.kind.flag": ("true or false", "true 或 false"),
    "fields.kind.text": ("a text or a path", "文本或路径"),
    "fields.kind.value": ("a value", "一个值"),
    "fields.what.option": ("option", "选项"),
    "fields.what.slider": ("slider", "滑块"),
    "fields.what.AU": ("Action Unit", "动作单元"),
    "fields.device_unknown": (
        "device {value!r} is not known: use auto, cpu, cuda, cuda:N or mps",
        "未知设备 {value!r}：可用 auto、cpu、cuda、cuda:N 或 mps",
    ),
    "fields.device_absent": (
        "device {value!r} is not on this machine: use --device cpu, or look at `mien doctor`",
        "本机没有设备 {value!r}：请用 --device cpu，或运行 `mien doctor` 查看",
    ),
}
