"""How the tests of models compare with Transformers."""

import torch


def shaken(model, seed=0):
    """A model of Transformers in evaluation mode, with weights that are not tiny."""
    generator = torch.Generator().manual_seed(seed)
    for parameter in model.parameters():
        if parameter.requires_grad:
            noise = torch.randn(parameter.shape, generator=generator)
            parameter.data += 0.1 * noise
    return model.eval()


def assert_alike(found, expected, tolerance=1e-5, what=""):
    """Tensors, or tuples of them, differ by less than 1e-5 of the largest value."""
    if isinstance(expected, tuple):
        assert len(found) == len(expected), what
        for i, (one, other) in enumerate(zip(found, expected, strict=True)):
            assert_alike(one, other, tolerance, f"{what}[{i}]")
        return
    assert found.shape == expected.shape, what
    assert found.dtype == expected.dtype, what
    # Some gradients are 0, and what is found there is rounding.
    scale = expected.abs().max().clamp(min=1e-2)
    difference = (found - expected).abs().max()
    assert difference <= tolerance * scale, f"{what}: {difference / scale}"


def assert_same_answer(found, expected, tolerance=1e-5):
    """Every field of Transformers' answer, but the cache, equals ours by that name."""
    # Fields that hold nothing: an empty tuple, here and there.
    names = [name for name, value in expected.items() if value != ()]
    names = [name for name in names if name != "past_key_values"]
    lacking = [name for name in names if name not in found]
    assert not lacking, lacking
    for name in names:
        assert_alike(found[name], expected[name], tolerance, name)


def assert_same_gradients(ours, theirs, tolerance=1e-5):
    """The gradients of all our parameters are Transformers', under their names."""
    named = dict(theirs.named_parameters())
    for name, parts in ours.sources().items():
        if any(part not in named for part in parts):
            assert name == "final_logits_bias"  # not learned
            continue
        expected = torch.cat([named[part].grad for part in parts])
        expected = expected.T if name in ours.transposed else expected
        assert_alike(ours.get_parameter(name).grad, expected, tolerance, name)
