"""Floor 2: pictures and words read by one kind of model.

>>> scenes = random_scenes(64, seed=0)  # a red circle left of blue squares
>>> pictures, ids = draw(scenes), as_ids([scene.caption for scene in scenes])
>>> model = PictureText()
>>> model(pictures, ids).loss  # which caption belongs to which picture?

`PictureText` learns to tell which caption belongs to which picture, `Captioner` to
write one. Both are stacked from the blocks that read and write text elsewhere.
"""

from course_lib.lazy import handing_out

_HOMES = {
    "Captioner": "captioner",
    "CaptionEncoder": "encoders",
    "HELD_OUT": "shapes",
    "PictureEncoder": "encoders",
    "PictureText": "picture_text",
    "Scene": "shapes",
    "Thing": "shapes",
    "as_ids": "captions",
    "as_text": "captions",
    "contrastive_loss": "contrastive",
    "draw": "drawing",
    "patches": "encoders",
    "random_scenes": "shapes",
    "retrieved": "contrastive",
    "describe": "shapes",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = handing_out(__name__, _HOMES)
