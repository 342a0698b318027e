"""The attention explorer: one widget for every view of attention and its effect.

- `view_data`: what is shown, as plain data; the one thing that both sides know.
- `explore`: reads any model; makes parts and effects, and hands them to
  `AttentionExplorer.of(parts, effects=None, notes=())`.
- `example`: `explore(*induction_example())` shows 512 tokens and an induction head.
- `patterns`: `head_figures(part) -> {name: (L, H)}` (entropy, previous, next, first,
  same, induction), `head_labels(figures) -> [layer][head]` ("" for no pattern).
- `rollout`: `rollout_by_layer(weights (L, H, T, T)) -> (L, T, T)`.
- `widget`: `AttentionExplorer(weights, tokens)`; `static/` holds its browser half.
"""
