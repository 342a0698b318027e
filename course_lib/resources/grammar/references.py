"""How each mention calls its entity: a name, a pronoun, "the baker", "her donkey"."""

from random import Random

from course_lib.resources.grammar.draft import Draft, Ref
from course_lib.resources.grammar.meaning import As, Entity, With

LONGEST_STREAK = 4
NAMING = frozenset({"name", "apposition", "kin_name"})
LIKELY = {"subject": 0.92, "object": 0.85, "owner": 1.0, "speaker": 0.9}


def kind_of_pronoun(entity: Entity) -> str:
    """The pronoun's class: "m", "f", "n", or "p" for they."""
    return "p" if entity.plural else entity.sex


class References:
    """Chooses the form of every mention, so that no pronoun has two readings.

    A pronoun is used where its entity was mentioned in this sentence or the one before,
    and nothing else there has the same pronoun; and, often, where it goes on with the
    subject of the sentence before.
    """

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.known: set[Entity] = set()
        self.cast: list[Entity] = []
        self.before: list[Entity] = []
        self.now: list[Entity] = []
        self.streak: dict[Entity, int] = {}
        self.last_subject = -1
        self.topic: Entity | None = None

    def __call__(self, item: Entity | As, role: str, draft: Draft) -> Ref:
        """The form of one mention in a role: "subject", "object", "dative", ..."""
        entity = item.entity if isinstance(item, As) else item
        forced = item.form if isinstance(item, As) else ""
        if forced == "name":
            return Ref(entity, "name", 3, entity.plural)
        person, plural = self._person(entity, draft)
        if person < 3:
            return Ref(entity, "pronoun", person, plural)
        if forced and forced != "subject":
            return self._forced(entity, item.form, draft)
        if self._pronoun_chosen(entity, role, draft):
            return Ref(entity, "pronoun", 3, entity.plural)
        if entity.kind == "person":
            return self._somebody(entity, role, draft)
        if entity.noun is not None and not entity.english:
            return self._something(entity, draft)
        return Ref(entity, "name", 3, entity.plural)

    def silent(self, item: object, draft: Draft) -> Ref:
        """A subject that is understood: "took the key and (she) left"."""
        entity = item.entity if isinstance(item, As) else item
        person, plural = self._person(entity, draft)
        return Ref(entity, "silent", person, plural)

    def written(self, ref: Ref) -> None:
        """A mention now stands in the text."""
        entity = ref.entity
        if ref.person < 3:  # I and you make nobody a candidate for he or she
            return
        self.now.append(entity)
        self.known.add(entity)
        if ref.form == "pronoun":
            self.streak[entity] = self.streak.get(entity, 0) + 1
        else:
            self.streak[entity] = 0

    def close(self, topic: Entity | None = None) -> None:
        """The sentence ends; `topic` was its subject, who may go on as he or she."""
        self.topic = topic
        self.before, self.now = self.now, []

    def _person(self, entity: Entity, draft: Draft) -> tuple[int, bool]:
        speaker, hearer = draft.speaker, draft.hearer
        if speaker is None:
            return 3, entity.plural
        if entity is speaker or speaker in entity.members:
            return 1, entity.plural
        if hearer is not None and (entity is hearer or hearer in entity.members):
            return 2, entity.plural
        return 3, entity.plural

    def _forced(self, entity: Entity, form: str, draft: Draft) -> Ref:
        if form in ("owned", "owned_full", "kin", "kin_name"):
            owner = entity.owner
            if form.startswith("kin"):
                owner = next(e for e in self.cast if entity in e.kin.values())
            ref = self._owner(owner, draft) or Ref(owner, "name")
            return Ref(entity, form, 3, entity.plural, ref)
        return Ref(entity, form, 3, entity.plural)

    def unambiguous(self, entity: Entity) -> bool:
        """Whether a pronoun for this entity has one reading here."""
        near = [*self.before, *self.now]
        kind = kind_of_pronoun(entity)
        if entity.members:
            there = entity in near or all(m in near for m in entity.members)
            others = [e for e in near if e.kind == "person" and e not in entity.members]
            return there and not others and not self._rival(entity, kind, near)
        return entity in near and not self._rival(entity, kind, near)

    def _rival(self, entity: Entity, kind: str, near: list[Entity]) -> bool:
        return any(e is not entity and kind_of_pronoun(e) == kind for e in near)

    def _pronoun_chosen(self, entity: Entity, role: str, draft: Draft) -> bool:
        if entity.kind not in ("person", "thing", "group"):
            return False
        if entity.kind == "thing" and role not in ("subject", "object"):
            return False
        if role in ("agent", "existence"):
            return False
        leads = entity in (draft.lead, *draft.subjects[:-1])
        if self._goes_on(entity) or (role == "subject" and leads):
            return True
        topic = role == "subject" and entity is self.topic and entity in self.before
        if topic and self.rng.random() < 0.6:
            return True
        if self.streak.get(entity, 0) >= LONGEST_STREAK or not self.unambiguous(entity):
            return False
        return self.rng.random() < LIKELY.get(role, 0.75)

    def _goes_on(self, entity: Entity) -> bool:
        """When Nora arrived, she ...: nobody else is meant in this sentence."""
        kind = kind_of_pronoun(entity)
        return entity in self.now and not self._rival(entity, kind, self.now)

    def _somebody(self, entity: Entity, role: str, draft: Draft) -> Ref:
        first = entity not in self.known
        owner = self._relative(entity, draft)
        if owner is not None and (first or self.rng.random() < 0.15):
            return Ref(entity, "kin_name" if first else "kin", 3, False, owner)
        spoken = draft.speaker is not None
        if first and entity.job and not spoken and self.rng.random() < 0.5:
            return Ref(entity, "apposition")
        if not first and not spoken and self._only_one(entity):
            return Ref(entity, "job")
        return Ref(entity, "name")

    def _only_one(self, entity: Entity) -> bool:
        """Whether "the baker" can be nobody else, and is worth saying."""
        if entity.job is None or self.rng.random() > 0.12:
            return False
        return sum(other.job is entity.job for other in self.cast) == 1

    def _relative(self, entity: Entity, draft: Draft) -> Ref | None:
        """Whose brother: the speaker's, or the subject's when nobody else fits."""
        speaker = draft.speaker
        if speaker is not None:
            related = entity in speaker.kin.values()
            return Ref(speaker, "pronoun", 1) if related else None
        hero = self.cast[0] if self.cast else None
        subject = draft.subjects[-1] if draft.subjects else None
        for owner in (subject, hero):
            if owner is not None and entity in owner.kin.values():
                near = owner in self.now or owner is not subject
                if near and self.unambiguous(owner):
                    return Ref(owner, "pronoun")
        return None

    def _owner(self, owner: Entity, draft: Draft) -> Ref | None:
        """my, her or Mira's; None where a pronoun would be needed but is unclear."""
        person, plural = self._person(owner, draft)
        if person < 3:
            return Ref(owner, "pronoun", person, plural)
        if self.unambiguous(owner):
            return Ref(owner, "pronoun", 3, owner.plural)
        subject = bool(draft.subjects) and draft.subjects[-1] is owner
        if subject or owner in self.now or owner.members:
            rivals = self._rival(owner, kind_of_pronoun(owner), self.now)
            clear = subject and owner in self.now and not rivals
            return Ref(owner, "pronoun", 3, owner.plural) if clear else None
        return Ref(owner, "name")

    def _just_named(self, owner: Entity, draft: Draft) -> bool:
        subject = draft.subjects[-1] if draft.subjects else None
        return bool(self.now) and self.now[-1] is owner is not subject

    def _something(self, entity: Entity, draft: Draft) -> Ref:
        first, plural = entity not in self.known, entity.plural
        owner = self._owner(entity.owner, draft) if entity.owner else None
        if owner and self._just_named(entity.owner, draft):
            owner = None  # gave her the key, rather than gave her her key
        if first:
            if owner:
                return Ref(entity, "owned_full", 3, plural, owner)
            return Ref(entity, "full" if entity.owner else "indefinite", 3, plural)
        chance = self.rng.random()
        mine = owner is not None and owner.person < 3
        if owner and chance < (0.9 if mine else 0.3):
            return Ref(entity, "owned", 3, plural, owner)
        full = chance > 0.85 and entity.adjectives
        return Ref(entity, "full" if full else "definite", 3, plural)


__all__ = ["NAMING", "References", "With", "kind_of_pronoun"]
