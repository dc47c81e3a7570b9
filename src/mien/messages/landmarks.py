"""What is said about landmark files."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "landmarks.wanted": (
        "a landmark file: CK+ or MMI text, .pts, .lm2, dlib's XML or our CSV",
        "特征点文件：CK+ 或 MMI 文本、.pts、.lm2、dlib 的 XML 或本项目的 CSV",
    ),
    "landmarks.wanted.lm2s": (
        "an .lm2s file: names with points, pickled",
        ".lm2s 文件：名称与特征点的 pickle 字典",
    ),
    "landmarks.no_text": (
        "{path}: no text; wanted landmarks in UTF-8: give the landmark file itself",
        "{path}：不是文本；需要 UTF-8 编码的特征点，请给出特征点文件本身",
    ),
    "landmarks.line": (
        "{path}, line {line}: `{found}`; wanted {wanted}: mend the file or remove it",
        "{path} 第 {line} 行：`{found}`；需要{wanted}，请修正或删除该文件",
    ),
    "landmarks.two_numbers": ("two numbers, x and y", "两个数字 x 和 y"),
    "landmarks.brace_first": ("an opening brace before it", "其前有左花括号"),
    "landmarks.nothing_more": ("nothing behind the closing brace", "右花括号之后没有内容"),
    "landmarks.pts_head": (
        "`version: 1` or `n_points: 68` before the brace",
        "花括号之前为 `version: 1` 或 `n_points: 68`",
    ),
    "landmarks.label_once": (
        "the name of a point, each once",
        "特征点的名称，且各不相同",
    ),
    "landmarks.count": (
        "{path}: {count} points; wanted {wanted}: mend the file or remove it",
        "{path}：共 {count} 个点；需要 {wanted}，请修正或删除该文件",
    ),
    "landmarks.count_at": (
        "{path}, line {line}: {count} points in all; wanted {wanted}: mend the file or remove it",
        "{path} 第 {line} 行：共 {count} 个点；需要 {wanted} 个，请修正或删除该文件",
    ),
    "landmarks.labels": (
        "{path}, line {line}: {count} names of points; wanted {wanted}, as many as points: mend "
        "the file or remove it",
        "{path} 第 {line} 行：{count} 个点名；应为 {wanted} 个，与点数相同，请修正或删除该文件",
    ),
    "landmarks.braces": (
        "{path}: no points between braces; wanted a .pts file: give another file",
        "{path}：没有花括号中的点；需要 .pts 文件，请给出其他文件",
    ),
    "landmarks.lm2_head": (
        "{path}: no line `2D Image coordinates`; wanted an .lm2 file of Bosphorus: give another "
        "file",
        "{path}：没有 `2D Image coordinates` 行；需要 Bosphorus 的 .lm2 文件，请给出其他文件",
    ),
    "landmarks.lm2s": (
        "{path}: not a pickled dictionary of names and points, or one that asks for more than "
        "numpy arrays; wanted an .lm2s file: nothing in it was run",
        "{path}：不是由名称和点组成的 pickle 字典，或要求 numpy 数组以外的内容；需要 .lm2s 文件，"
        "其中的内容均未执行",
    ),
    "landmarks.lm2s_entry": (
        "{path}, entry {line} ({name}): wanted a name and finite points (n, 2): take the entry out",
        "{path} 第 {line} 项（{name}）：需要名称和有限的点 (n, 2)，请删除该项",
    ),
    "landmarks.table_head": (
        "{path}: without the columns x_0 .. x_67, y_0 .. y_67, each once; wanted our CSV or "
        "OpenFace's: give another file",
        "{path}：缺少 x_0 .. x_67、y_0 .. y_67 列或有重复；需要本项目或 OpenFace 的 CSV，"
        "请给出其他文件",
    ),
    "landmarks.cells": (
        "{path}, line {line}: {given} cells; wanted {wanted}: mend the line or take it out",
        "{path} 第 {line} 行：共 {given} 格；需要 {wanted} 格，请修正或删除该行",
    ),
    "landmarks.cell": (
        '{path}, line {line}: {column} is "{value}"; wanted a finite number of pixels: mend it',
        "{path} 第 {line} 行：{column} 为“{value}”；需要有限的像素数，请修正",
    ),
    "landmarks.twice": (
        '{path}, line {line}: the name "{name}" is empty or comes twice; wanted each picture once',
        "{path} 第 {line} 行：名称“{name}”为空或重复；每张图片只能出现一次",
    ),
    "landmarks.xml": (
        "{path}, line {line}: damaged, or with a document type; wanted plain XML of dlib's "
        "imglab: write it again",
        "{path} 第 {line} 行：已损坏或含有文档类型声明；需要 dlib imglab 的普通 XML，请重新生成",
    ),
    "landmarks.xml_none": (
        "{path}: no element `dataset`; wanted XML of dlib's imglab: give another file",
        "{path}：没有 `dataset` 元素；需要 dlib imglab 的 XML，请给出其他文件",
    ),
    "landmarks.xml_part": (
        '{path}, line {line}: "{name}"; wanted a picture\'s file, or parts numbered from 00, each '
        "once: mend it",
        "{path} 第 {line} 行：“{name}”；需要图片文件名，或从 00 起且不重复的点编号，请修正",
    ),
}
