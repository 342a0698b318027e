"""What goes wrong on the way to 8 bits, by name."""

from typing import Any

from course_lib.exercises.catalogue import Mistake

EIGHT = "15, Eight bits for a weight"


def _mistake(name: str, says: str, **options: Any) -> Mistake:
    return Mistake(name, says, EIGHT, **options)


MISTAKES = (
    _mistake(
        "one-scale-for-all",
        "One scale serves the whole matrix, so rows with small weights are left with a "
        "few steps. Each row has a scale of its own: `amax(dim=1, keepdim=True)`.",
        forms=("()", "(1, 1)", "(out, 1)"),
        group="axis",
    ),
    _mistake(
        "scale-by-columns",
        "Your scale belongs to columns, (1, in). A row of the weight makes one number "
        "of the output: take the largest magnitude along `dim=1`, (out, 1).",
        forms=("(1, in)", "(in,)"),
        group="axis",
    ),
    _mistake(
        "overflow-at-128",
        "The largest weight of a row becomes 128. int8 ends at 127: 128 wraps around "
        "to -128, and your largest weight changes its sign. Divide by 127 steps.",
        forms=(128.0, 127.5),
        group="range",
    ),
    _mistake(
        "no-rounding",
        "You do not round to the nearest number: conversion to int8 cuts the fraction "
        "off, and 3.9 becomes 3; `floor` and `ceil` go to one side. `round()` first.",
        forms=("cut off", "floor", "ceil"),
    ),
    _mistake(
        "zero-row-divides-by-zero",
        "The scale of a row of zeros is 0, and 0 / 0 is NaN: that int8 makes zeros of "
        "it is luck. Put any positive number there, such as 1.",
        edge=True,
    ),
    _mistake(
        "not-int8",
        "Your whole numbers are not int8, so they take as much room as before, or "
        "have no room for a sign: `.to(torch.int8)`.",
        forms=("float", "int32", "uint8"),
        group="kind",
    ),
    _mistake(
        "divides-by-128",
        "You divide the largest magnitude by 128 and clamp what does not fit. With 127 "
        "steps on each side nothing has to be clamped.",
        forms=(-127, -128),
        group="range",
    ),
    _mistake(
        "range-of-255",
        "You count 255 steps from 0 to the largest weight. They have to do for both "
        "signs: 127 on each side of 0.",
        forms=("wraps", -127, -128),
        group="range",
    ),
    _mistake(
        "signed-maximum",
        "You take the largest number instead of the largest magnitude: a row whose "
        "farthest weight is negative does not fit. `weight.abs()` first.",
        forms=("wraps", -127, -128),
    ),
    _mistake(
        "asymmetric",
        "You spread the steps from the smallest to the largest weight. Here they are "
        "symmetric: 0 stays 0, and the largest magnitude becomes 127.",
        forms=("wraps", -127, -128, "zero point"),
        group="range",
    ),
    _mistake(
        "mean-instead-of-largest",
        "Your scale comes from the mean magnitude, so that weights beyond it do not "
        "fit into int8. Take the largest of the row: `amax`.",
        forms=("wraps", -127, -128),
        group="range",
    ),
    _mistake(
        "multiplies-by-scale",
        "You multiply by the scale. It is what one step is worth: divide by it to "
        "count the steps.",
    ),
    _mistake(
        "inverse-scale",
        "You return 127 / largest. The scale is what a whole number is multiplied with "
        "to have the weight back: largest / 127.",
        group="returned",
    ),
    _mistake(
        "scale-is-the-maximum",
        "You return the largest magnitude itself. One step is worth the 127th part of "
        "it: that is the scale.",
        group="returned",
    ),
    _mistake(
        "scale-without-axis",
        "Your scale has the shape (out,). Beside (out, in) it falls on the columns, or "
        "does not fit: keep its axis with `keepdim=True`, (out, 1).",
        forms=("returned", "divided by"),
        group="axis",
    ),
    _mistake(
        "dequantized",
        "You multiply by the scale again, so that you return rounded weights as large "
        "as before. What is stored are the whole numbers and the scale.",
        group="kind",
    ),
    _mistake(
        "pair-swapped",
        "You return the scale first. Asked for are the whole numbers, then the scale.",
    ),
)
