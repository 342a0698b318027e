"""Exercises of chapter 07: hiding words, and the two losses of pre-training."""

from course_lib.exercises.chapter07.causal_lm_loss import CAUSAL_LM_LOSS
from course_lib.exercises.chapter07.mask_tokens import MASK_TOKENS
from course_lib.exercises.chapter07.masked_lm_loss import MASKED_LM_LOSS

EXERCISES = (MASK_TOKENS, MASKED_LM_LOSS, CAUSAL_LM_LOSS)
