"""What people get wrong about accuracy and F1, and what they are told."""

from course_lib.exercises.catalogue import Mistake

MEASURE = "10, Accuracy is not enough"
ONE_CLASS = "10, Precision, recall and F1 of one class"
ALL_CLASSES = "10, From one class to all of them"


MISTAKES = (
    Mistake(
        "micro-instead-of-macro",
        "Your F1 counts all sentences together, and is the accuracy once more; so does "
        "a loop over the entries, where a frequent class comes many times. Macro "
        "means: one F1 for each class, then their plain mean.",
        ALL_CLASSES,
        group="mean",
    ),
    Mistake(
        "nan-on-absent-class",
        "A class that was never predicted, or stands in no label, or is never right "
        "has 0/0 somewhere. That counts as 0: it neither makes the mean NaN nor leaves "
        "it.",
        ONE_CLASS,
        forms=("both", "ratios", "mean", "skipped", "absent skipped"),
    ),
    Mistake(
        "precision-recall-mean",
        "You take the plain mean of precision and recall. F1 is their harmonic mean, "
        "2 P R / (P + R), which the smaller of the two pulls down.",
        ONE_CLASS,
        group="score",
    ),
    Mistake(
        "weighted-by-support",
        "You weight each class by the number of its labels, so that frequent classes "
        "decide again. In a macro mean each class counts once.",
        ALL_CLASSES,
        group="mean",
    ),
    Mistake(
        "f1-of-the-means",
        "You average precision and recall over the classes first and take one F1 of "
        "the two. Take F1 of each class, then the mean.",
        ALL_CLASSES,
        group="mean",
    ),
    Mistake(
        "classes-of-the-labels-only",
        "You leave out classes that were predicted but stand in no label. Predicting "
        "them was wrong: their F1 of 0 counts.",
        ALL_CLASSES,
        group="classes",
    ),
    Mistake(
        "classes-of-the-predictions-only",
        "You leave out classes that were never predicted. Overlooking a class "
        "altogether is what macro-F1 is there to show: it counts with 0.",
        ALL_CLASSES,
        group="classes",
    ),
    Mistake(
        "classes-nobody-named",
        "You count every id from 0 to the largest, also those that stand neither in "
        "the predictions nor in the labels. Only classes that occur count.",
        ALL_CLASSES,
        group="classes",
    ),
    Mistake(
        "one-of-the-two",
        "You return the mean of precision, or of recall, alone. F1 needs both: "
        "2 P R / (P + R).",
        ONE_CLASS,
        forms=("precision", "recall"),
        group="score",
    ),
    Mistake(
        "two-forgotten",
        "Your F1 is half as large as it should be, at most 0.5. It is 2 P R / (P + R).",
        ONE_CLASS,
        group="score",
    ),
    Mistake(
        "root-of-the-product",
        "You take the root of P times R, the geometric mean. F1 is the harmonic one: "
        "2 P R / (P + R).",
        ONE_CLASS,
        group="score",
    ),
    Mistake(
        "one-class-only",
        "You return the F1 of one class, as is done with two of them. Here there may "
        "be more: take all, then the mean.",
        ALL_CLASSES,
        forms=(1, 0),
        group="mean",
    ),
    Mistake(
        "sums-classes",
        "You add the F1 of the classes. Divide by their number.",
        ALL_CLASSES,
        group="mean",
    ),
    Mistake(
        "balanced-accuracy",
        "Your accuracy is the mean recall of the classes. Plain accuracy is the share "
        "of sentences that are right.",
        MEASURE,
        group="accuracy",
    ),
    Mistake(
        "counts-instead-of-share",
        "Your accuracy is a number of sentences. Divide by how many there are.",
        MEASURE,
        group="accuracy",
    ),
    Mistake(
        "percent",
        "You return percentages. Both numbers run from 0 to 1.",
        MEASURE,
    ),
    Mistake(
        "f1-first",
        "You return F1 first. The order asked for is (accuracy, macro_f1).",
        MEASURE,
    ),
)
