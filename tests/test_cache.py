"""The caches of a whole model: rows are chosen, copied and put in another order."""

import torch

from course_lib.cache import KeyValueCache, ModelCache


def filled(cache, length=3):
    keys = torch.arange(2.0)[:, None, None, None].expand(2, 1, length, 4)
    cache.append(keys, -keys)
    return cache


def test_rows_may_stand_several_times():
    cache = filled(KeyValueCache(capacity=5))
    cache.select(torch.tensor([1, 0, 1]))
    assert cache.length == 3 and cache.keys.shape == (3, 1, 3, 4)
    assert cache.keys[:, 0, 0, 0].tolist() == [1, 0, 1]
    assert torch.equal(cache.values, -cache.keys)
    # It goes on with the new batch, in the room that it has.
    room = cache.keys.data_ptr()
    keys, _ = cache.append(torch.ones(3, 1, 1, 4), torch.ones(3, 1, 1, 4))
    assert keys.shape == (3, 1, 4, 4) and keys.data_ptr() == room


def test_an_empty_cache_has_no_rows_to_choose():
    cache = KeyValueCache()
    cache.select(torch.tensor([0, 0]))
    assert cache.length == 0


def test_a_model_has_a_cache_for_each_layer():
    cache = ModelCache(2)
    assert cache.get_seq_length() == 0 and cache.across == []
    for one in cache.own:
        filled(one)
    assert cache.get_seq_length() == 3
    cache.select(torch.tensor([1]))
    assert [one.keys.shape[0] for one in cache.own] == [1, 1]


def test_a_memory_stays_where_it_belongs():
    cache = ModelCache(2, cross_attention=True)
    for own, across in cache.pairs():
        filled(own)
        filled(across, length=7)
    cache.select(torch.tensor([1, 1]), same_memory=True)
    for own, across in cache.pairs():
        assert own.keys[:, 0, 0, 0].tolist() == [1, 1]
        assert across.keys[:, 0, 0, 0].tolist() == [0, 1]
    cache.select(torch.tensor([1, 1]))
    assert cache.across[0].values[:, 0, 0, 0].tolist() == [-1, -1]
    assert cache.get_seq_length() == 3
