"""What changes the weights: Muon for the layers' matrices, AdamW for all the rest.

Muon makes a step equally long in all directions of a matrix, where AdamW's go mostly
along a few: a small model gets as far in half the text.

Source: Jordan et al. 2024, Muon: An optimizer for hidden layers in neural networks.
"""

import torch
from torch import nn
from torch.optim import AdamW, Optimizer

from course_lib.training import TrainingPlan
from course_lib.training.optimizer import adamw

TABLE_DECAY = 0.01  # of tables, norms and biases


def muon_and_adamw(learner: nn.Module, plan: TrainingPlan) -> list[Optimizer]:
    """The optimisers of a run; AdamW alone where PyTorch has no Muon yet."""
    if not hasattr(torch.optim, "Muon"):
        return [adamw(learner, plan)]
    matrices = hidden_matrices(learner)
    apart = {id(x) for x in matrices}
    rest = [x for x in learner.parameters() if id(x) not in apart]
    rate = plan.learning_rate
    muon = torch.optim.Muon(
        matrices,
        lr=rate,
        weight_decay=plan.weight_decay,
        adjust_lr_fn="match_rms_adamw",  # steps as long as AdamW's: one rate for both
    )
    others = AdamW(
        rest, lr=rate, betas=plan.betas, weight_decay=TABLE_DECAY, fused=True
    )
    return [muon, others]


def hidden_matrices(learner: nn.Module) -> list[nn.Parameter]:
    """Weights of linear layers, but for those that are a table of words as well."""
    modules = list(learner.modules())
    tables = {id(one.weight) for one in modules if isinstance(one, nn.Embedding)}
    linear = [one.weight for one in modules if isinstance(one, nn.Linear)]
    return [weight for weight in linear if id(weight) not in tables]
