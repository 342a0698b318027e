"""The verb `predict`: asks a model that was fine-tuned, whatever its task.

  python -m course_lib predict my-classifier "A gem." "Never again."
  python -m course_lib predict my-tagger --file texts.txt --json
  python -m course_lib predict my-answerer --context passage.txt "Who won?"
  python -m course_lib predict my-translator < letters.txt

A text a line is read from --file, or from what is piped in. The model may have been
saved by `finetune`, by the course's functions or by Transformers.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from course_lib.errors import CourseError


def run(arguments: list[str]) -> int:
    """Run `predict MODEL [TEXT ...]`."""
    chosen = _parser().parse_intermixed_args(arguments)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch is imported
    from course_lib.resources.origins import resolve
    from course_lib.tasks.named import task_of

    own = Path(chosen.model)
    folder = resolve(own if own.is_dir() else chosen.model)
    wanted = task_of(folder)
    asks = wanted.name == "question-answering"
    if asks != (chosen.context is not None):
        raise CourseError(
            f"{folder} answers questions about a passage: --context names its file"
            if asks
            else f"--context is for answering questions; {folder} does {wanted.name}"
        )
    texts = _texts(chosen)
    trained = wanted.load(folder, device=chosen.device)
    given = [texts] if not asks else [texts, _read(Path(chosen.context)).strip()]
    for text, found in zip(texts, trained.predict(*given), strict=True):
        if chosen.json:
            line = {"text": text, "answer": _plain(found)}
            print(json.dumps(line, ensure_ascii=False))
        else:
            print(_SAY[wanted.name](text, found))
    return 0


def _texts(chosen: argparse.Namespace) -> list[str]:
    """The texts that are asked about.

    Raises:
        CourseError: there are none, or there are two sources of them.
    """
    if chosen.texts and chosen.file:
        raise CourseError("give texts, or --file with a text a line, not both")
    if chosen.texts:
        return chosen.texts
    if chosen.file is None and sys.stdin.isatty():
        raise CourseError("nothing to answer: give texts in quotes, or --file")
    whole = _read(Path(chosen.file)) if chosen.file else sys.stdin.read()
    texts = [line.strip() for line in whole.splitlines() if line.strip()]
    if not texts:
        raise CourseError(f"{chosen.file or 'what was piped in'} holds no text")
    return texts


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise CourseError(f"{file} can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CourseError(f"{file} is no text in UTF-8: {error.reason}") from error


def _plain(found: Any) -> Any:
    """An answer as texts, numbers, lists and dicts."""
    if hasattr(found, "_asdict"):
        return {name: _plain(value) for name, value in found._asdict().items()}
    return [_plain(one) for one in found] if isinstance(found, list | tuple) else found


def _label(text: str, found: Any) -> str:
    return f"{found.label} ({found.probability:.0%})  {text}"


def _entities(text: str, found: Any) -> str:
    names = [f"{one.type}: {one.words}" for one in found]
    return f"{text}\n    {'; '.join(names) or 'no entity'}"


def _answer(text: str, found: Any) -> str:
    said = found.text or "no answer in the passage"
    return f"{text}\n    {said} ({found.probability:.0%})"


def _written(text: str, found: Any) -> str:
    return f"{text}\n    {found}"


_SAY: dict[str, Callable[[str, Any], str]] = {
    "classification": _label,
    "tagging": _entities,
    "question-answering": _answer,
    "translation": _written,
    "summarisation": _written,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m course_lib predict",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("model", metavar="MODEL", help="the folder of a fine-tuned model, or its name")
    add("texts", metavar="TEXT", nargs="*", help="what it is asked about")
    add("--file", metavar="FILE", help="a text a line, in UTF-8")
    add("--context", metavar="FILE", help="the passage that questions are about")
    add("--json", action="store_true", help="a JSON object a line, for programs")
    add("--device", metavar="KIND", help="cpu, cuda or mps (default: the fastest)")
    return parser
