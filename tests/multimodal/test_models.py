"""Pictures and texts: encoders, the loss, and a model that writes."""

import pytest
import torch
import torch.nn.functional as F

from course_lib.errors import ShapeError
from course_lib.multimodal import (
    Captioner,
    PictureEncoder,
    PictureText,
    as_ids,
    contrastive_loss,
    draw,
    patches,
    random_scenes,
    retrieved,
)
from course_lib.multimodal.contrastive import similarity


@pytest.fixture(scope="module")
def batch() -> dict[str, torch.Tensor]:
    scenes = random_scenes(8, seed=2, alone=0.2)
    return {
        "pictures": draw(scenes),
        "input_ids": as_ids([scene.caption for scene in scenes]),
    }


def awake(model: torch.nn.Module) -> torch.nn.Module:
    """The model with all its layers at work: some begin at zero."""
    for weight in model.parameters():
        if not weight.any():
            torch.nn.init.normal_(weight, std=0.1)
    return model


def test_patches_are_cut_as_one_reads() -> None:
    picture = torch.arange(36.0).view(1, 1, 6, 6)
    assert patches(picture, 3).shape == (1, 4, 9)
    assert patches(picture, 3)[0, 1].tolist() == [3, 4, 5, 9, 10, 11, 15, 16, 17]
    colours = torch.randn(2, 3, 4, 6)
    row = patches(colours, 2)[1, 4].view(3, 2, 2)
    assert torch.equal(row, colours[1, :, 2:4, 2:4])
    with pytest.raises(ShapeError, match="multiples of 4"):
        patches(picture, 4)


def test_one_linear_layer_on_patches_is_a_convolution_with_steps() -> None:
    layer = torch.nn.Linear(3 * 4 * 4, 5)
    pictures = torch.randn(2, 3, 8, 8)
    weight = layer.weight.view(5, 3, 4, 4)
    stepping = F.conv2d(pictures, weight, layer.bias, stride=4)  # (B, D, 2, 2)
    ours = layer(patches(pictures, 4))
    assert torch.allclose(ours, stepping.flatten(2).mT, atol=1e-5)


def test_the_loss_is_the_mean_of_both_directions() -> None:
    torch.manual_seed(0)
    images, texts = torch.randn(5, 7), torch.randn(5, 7)
    scores = F.cosine_similarity(images[:, None], texts[None], dim=-1) / 0.3
    partner = torch.arange(5)
    asked = [F.cross_entropy(one, partner) for one in (scores, scores.mT)]
    ours = contrastive_loss(images, texts, 0.3)
    assert torch.isclose(ours, torch.stack(asked).mean(), atol=1e-6)
    assert torch.isclose(contrastive_loss(3 * images, texts, 0.3), ours, atol=1e-6)
    with pytest.raises(ShapeError, match=r"\(5, 7\), texts \(4, 7\)"):
        contrastive_loss(images, texts[1:], 0.3)


def test_retrieved_counts_partners_that_come_first() -> None:
    images = torch.eye(4)
    assert retrieved(images, images) == (1.0, 1.0)
    assert retrieved(images, images[[1, 0, 2, 3]]) == (0.5, 0.5)


def test_a_picture_is_read_patch_by_patch(batch) -> None:
    torch.manual_seed(0)
    encoder = awake(PictureEncoder(16, 2, 2))
    x, weights = encoder(batch["pictures"], return_weights=True)
    assert x.shape == (8, 16, 16) and len(weights) == 2
    assert weights[0].shape == (8, 2, 16, 16)
    assert torch.allclose(weights[1].sum(-1), torch.ones(8, 2, 16), atol=1e-5)
    assert encoder(batch["pictures"])[1] == ()


def test_padding_says_nothing(batch) -> None:
    torch.manual_seed(0)
    model = awake(PictureText(16, 2))
    ids = batch["input_ids"]
    short = ids[ids[:, 6:].sum(1) == 0]
    assert len(short)
    long, cut = model.text_vectors(short), model.text_vectors(short[:, :6])
    assert torch.allclose(long, cut, atol=1e-5)


def test_a_picture_is_the_mean_of_its_patches(batch) -> None:
    torch.manual_seed(0)
    model = awake(PictureText(16, 2)).eval()
    answer = model(**batch)
    vectors = model.patch_vectors(batch["pictures"])
    assert torch.allclose(answer.pictures, vectors.mean(1), atol=1e-6)
    loss = contrastive_loss(answer.pictures, answer.texts, model.temperature)
    assert torch.isclose(answer.loss, loss)
    assert similarity(answer.pictures, answer.texts).abs().max() <= 1 + 1e-5


@pytest.mark.parametrize("kind", [PictureText, Captioner])
def test_some_steps_on_one_batch_lower_the_loss(kind, batch) -> None:
    torch.manual_seed(0)
    model = kind(d_model=16, num_heads=2)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    before = model(**batch).loss.item()
    for _ in range(25):
        optimizer.zero_grad()
        model(**batch).loss.backward()
        optimizer.step()
    assert model(**batch).loss.item() < 0.7 * before


def test_a_caption_is_written_without_looking_ahead(batch) -> None:
    torch.manual_seed(0)
    model = awake(Captioner(d_model=16, num_heads=2)).eval()
    written = model.write(batch["pictures"])
    assert written.shape == batch["input_ids"].shape
    answer = model(batch["pictures"], written, output_attentions=True)
    guesses = answer.logits.argmax(-1)[:, :-1]
    following = written[:, 1:]
    assert torch.equal(guesses[following != 0], following[following != 0])
    assert answer.looks.shape == (8, 2, 10, 16)
    assert model(batch["pictures"], written).looks is None


def test_what_stands_behind_the_end_is_not_asked(batch) -> None:
    torch.manual_seed(0)
    model = awake(Captioner(d_model=16, num_heads=2)).eval()
    pictures, ids = batch["pictures"], batch["input_ids"]
    logits = model(pictures, ids).logits
    asked = ids[:, 1:] != 0
    surprise = -logits[:, :-1].log_softmax(-1).gather(-1, ids[:, 1:, None])[..., 0]
    loss = model(pictures, ids).loss
    assert torch.isclose(loss, surprise[asked].mean(), atol=1e-5)
