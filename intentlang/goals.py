"""One goal: its verb, its object, and the roles, settings and bounds that go with it, each against the verb's schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic, error, warning
from cell.program import Block, Bound, Goal, Role
from cell.vocabulary import FactSchema, RoleSchema, VerbSchema
from intentlang import syntax as s
from intentlang.by_itself import done_by_itself
from intentlang.declared import unknown
from intentlang.foreign import INSTEAD
from intentlang.names import Resolved, Scope, Work, amount, kinds_of, resolve
from intentlang.order import Mentions
from intentlang.paths import along_path, done_along
from intentlang.ranges import out_of_range
from intentlang.settings import once_each, setting
from intentlang.tolerances import tolerated, with_ensures
from intentlang.types import Part, Path, Program, SetOf, Thing, described, fits
from intentlang.words import RESERVED, quoted

_DECLARED = 'What there is is declared in a .cell file, which an intent brings in by `use "NAME.cell"`.'


@dataclass(frozen=True, slots=True)
class Phrases:
    roles: tuple[Role, ...]
    bounds: tuple[Bound, ...]
    resolved: Mapping[str, Resolved]


def check_goal(node: s.GoalNode, block: Block | None, scope: Scope, work: Work, id: str) -> tuple[Goal, Mentions] | None:
    """The goal and the parts that it mentions; None when its verb or object is nothing."""
    verb = work.world.vocabulary.verbs.get(node.verb.text)
    if verb is None:
        if node.verb.text not in RESERVED and node.verb.text not in work.broken:
            problem = unknown("E214", "verb", node.verb, list(work.world.vocabulary.verbs))
            is_kind = node.verb.text in work.world.vocabulary.kinds
            instead = _DECLARED if is_kind else INSTEAD.get(node.verb.text)
            work.say(problem if instead is None else replace(problem, help=instead, fix=None))
        resolve(node.object, scope, work)
        return None
    target = resolve(node.object, scope, work)
    phrases = check_phrases(node.phrases, verb, scope, work)
    along = () if target is None else along_path(verb, target)
    _complete(node, verb, phrases, bool(along), work)
    if target is None:
        if verb.offered and len(node.object.words) == 1:  # with a dot it may be a path, which nobody has to offer
            _is_offered(verb, phrases, work)
        return None
    if not fits(target.type, verb.objects):
        work.say(_wrong_object(node, verb, target, work))
        return None
    _places(node, verb, target, phrases, bool(along), work)
    done_by_itself(verb, target, phrases.resolved, work)
    if along:
        done_along(node, verb, phrases.resolved, work)
    else:
        _grips(node, verb, target, phrases, work)
    block = with_ensures(block, tolerated(node, verb, target, work))
    any_one = isinstance(target.type, Part) and target.type.is_kind
    is_offered = verb.offered and not along
    goal = Goal(id, verb.name, target.ref, any_one, phrases.roles, phrases.bounds, block, node.span, along, is_offered)
    return goal, _mentions(verb, target, phrases)


def _wrong_object(node: s.GoalNode, verb: VerbSchema, target: Resolved, work: Work) -> Diagnostic:
    message = f"`{node.object.text}` is {described(target.type)}; `{verb.name}` takes a {' or '.join(verb.objects)}"
    help_ = (
        f"For each of them write `for each x in {node.object.text} {{ … }}`."
        if isinstance(target.type, SetOf)
        else _instead(verb, work)
    )
    return error("E218", message, node.object.span, help=help_)


def _instead(verb: VerbSchema, work: Work) -> str:
    parts = list(work.world.cell.declared_parts) if "part" in verb.objects else []
    return f"Name a part: {quoted(parts)}, or one that a `for each` binds." if parts else f"Name a {' or '.join(verb.objects)}."


def _mentions(verb: VerbSchema, target: Resolved, phrases: Phrases) -> Mentions:
    about: frozenset[Path] = frozenset({target.part}) if target.part else frozenset()
    named = about | {r.part for r in phrases.resolved.values() if r.part}
    into = phrases.resolved.get("into")
    joins = ((target.part, into.part),) if verb.joins and target.part and into and into.part else ()
    return Mentions(about, named, joins)


# -- roles, settings, bounds --------------------------------------------------------------------------------------------


def check_phrases(nodes: Iterable[s.PhraseNode], verb: VerbSchema, scope: Scope, work: Work) -> Phrases:
    roles: list[Role] = []
    bounds: list[Bound] = []
    resolved: dict[str, Resolved] = {}
    nodes = once_each(nodes, work)
    at = next((n for n in nodes if n.name.text == "at"), None)
    for node in nodes:
        name = node.name.text
        if isinstance(node.amount, s.RefNode):
            work.used.add(node.amount.text)  # also where the phrase itself is wrong: its param is not useless besides
        if node.operator is not None:
            bound = _bound(node, verb, scope, work)
            bounds += [bound] if bound else []
        elif (role := verb.role(name)) is not None:
            found = _role(node, role, at, scope, work)
            if found is not None:
                roles.append(Role(name, found.ref, node.span))
                resolved[name] = found
        elif (schema := verb.setting(name)) is not None:
            roles += setting(node, schema.dimension, scope, work)
        else:
            _unknown_phrase(node, verb, work)
    return Phrases(tuple(roles), tuple(bounds), resolved)


def _unknown_phrase(node: s.PhraseNode, verb: VerbSchema, work: Work) -> None:
    name = node.name
    if name.text in work.broken:
        return
    if name.text in verb.bounds:
        message = f"`{verb.name}` has no setting `{name.text}`; it can be bounded"
        work.say(error("E215", message, name.span, help=f"Write `{name.text} <= …`."))
        return
    known = [r.name for r in verb.roles] + [x.name for x in verb.settings]
    work.say(unknown("E215", "role or setting", name, known, f" of `{verb.name}`"))


def _bound(node: s.PhraseNode, verb: VerbSchema, scope: Scope, work: Work) -> Bound | None:
    assert node.operator is not None
    name = node.name
    if name.text not in verb.bounds:
        if name.text not in work.broken:
            work.say(unknown("E215", "bound", name, verb.bounds, f" of `{verb.name}`"))
        return None
    dimension = _bound_dimension(name.text, verb, work)
    limit = amount(node.amount, (dimension,), scope, work)
    bounded = FactSchema(name=name.text, doc="", dimension=dimension, controlled=True)
    problem = None if limit is None else out_of_range(limit, bounded, node.operator)
    if problem is not None:
        work.say(problem)
    return None if limit is None or problem is not None else Bound(name.text, node.operator, limit, node.span)


def _bound_dimension(name: str, verb: VerbSchema, work: Work) -> str:
    setting = verb.setting(name)
    if setting is not None:
        return setting.dimension
    facts = (kind.fact(name) for kind in work.world.vocabulary.kinds.values())
    return next((f.dimension for f in facts if f is not None and f.dimension), name)


def _role(node: s.PhraseNode, role: RoleSchema, at: s.PhraseNode | None, scope: Scope, work: Work) -> Resolved | None:
    wanted = f"a {' or '.join(role.types)}"
    if isinstance(node.amount, s.NumberNode):
        work.say(error("E218", f"`{role.name}` takes {wanted}, not `{node.amount.text}`", node.amount.span, help=role.doc))
        return None
    if role.types == ("program",):
        return _program(node.amount, at, scope, work)
    found = resolve(node.amount, scope, work)
    if found is None:
        return None
    if not fits(found.type, role.types):
        message = f"`{role.name}` takes {wanted}; `{node.amount.text}` is {described(found.type)}"
        work.say(error("E218", message, node.amount.span, help=role.doc))
        return None
    if isinstance(found.type, Part) and "place" in role.types and not _takes_parts(found.type, work):
        message = f"nothing goes into {described(found.type)}: it has no `slots`"
        work.say(error("E218", message, node.amount.span, help=_INTO_A_PART))
        return None
    return found


_INTO_A_PART = "Name a place, join the two with `assemble … into … at …`, or declare `slots [left, right]` of that part."


def _takes_parts(found: Part, work: Work) -> bool:
    """Whether a part of that type, of whichever of its kinds, has pockets that others go into."""
    return any(work.world.cell.parts[kind].slots for kind in found.kinds if kind in work.world.cell.parts)


def _program(ref: s.RefNode, at: s.PhraseNode | None, scope: Scope, work: Work) -> Resolved | None:
    """A program's name counts only at its machine, so it is looked up there and not among the names in scope."""
    binding = scope.names.get(ref.text)
    name = ref.text
    if binding is not None and isinstance(binding.type, Program):
        work.use(ref.text, ref)
        name = binding.type.name
    machine = scope.names.get(at.amount.text) if at is not None and isinstance(at.amount, s.RefNode) else None
    known = sorted(work.world.programs())
    of = ""
    if machine is not None and isinstance(machine.type, Thing) and machine.type.name in work.world.cell.equipment:
        equipment = work.world.cell.equipment[machine.type.name]
        known, of = [p.name for p in equipment.programs], f" of `{equipment.name}`"
    if name and name not in known and ref.text not in work.broken:
        work.say(unknown("E233", "program", s.Word(ref.text, ref.span), known, of))
        return None
    return Resolved(Program(name), (name or ref.text,), (name,), ref.span)


# -- what is missing, what does not go together ----------------------------------------------------------------------------


def _complete(node: s.GoalNode, verb: VerbSchema, phrases: Phrases, is_along: bool, work: Work) -> None:
    written = {p.name.text for p in node.phrases if p.operator is None}
    known = {r.name for r in verb.roles} | {x.name for x in verb.settings}
    if written & work.broken or written - known:
        # What did not parse or is not known may be just the role that seems to be missing.
        return
    required = [(r.name, r.doc) for r in verb.roles if r.required] + [(x.name, x.doc) for x in verb.settings if x.required]
    for name, doc in required:
        if name not in written:
            work.say(error("E216", f"`{verb.name}` needs `{name}`", node.span, help=doc))
    if verb.needs_one_of and not is_along and not written & set(verb.needs_one_of):
        docs = " ".join(f"`{r.name}`: {r.doc}" for r in verb.roles if r.name in verb.needs_one_of)
        work.say(error("E216", f"`{verb.name}` needs one of {quoted(verb.needs_one_of)}", node.span, help=docs))
    at = phrases.resolved.get("at")
    if verb.duration == "program" and "using" not in written and at is not None and isinstance(at.type, Thing):
        machine = work.world.cell.equipment.get(at.type.name)
        if machine is not None and not machine.programs:
            help_ = "Add `program NAME for …` to it."
            declared = machine.span.labelled("declared here")
            work.say(error("E233", f"`{machine.name}` has no program", at.span, declared, help=help_))
        elif machine is not None and len(machine.programs) > 1:
            message = f"`{machine.name}` has {len(machine.programs)} programs, so `using` has to say which"
            work.say(error("E216", message, node.span, help=f"One of {quoted(p.name for p in machine.programs)}."))


def _places(node: s.GoalNode, verb: VerbSchema, target: Resolved, phrases: Phrases, is_along: bool, work: Work) -> None:
    kinds = kinds_of(target.type)
    for name in ("to", "from", "at"):
        where = phrases.resolved.get(name)
        if where is None or not isinstance(where.type, Thing) or where.type.name not in work.world.cell.equipment:
            continue
        equipment = work.world.cell.equipment[where.type.name]
        accepts = work.world.held_by(equipment)
        if kinds and where.type.kind.is_place and not _becomes(kinds, work) & set(accepts):
            message = f"`{equipment.name}` does not accept {quoted(kinds)}, only {quoted(accepts)}"
            spans = [equipment.attribute_spans[a] for a in ("holds", "delivers", "each") if a in equipment.attribute_spans]
            help_ = f"Choose another place, or add {quoted(kinds)} to what `{equipment.name}` takes."
            work.say(error("E227", message, where.span, *(x.labelled("what it accepts") for x in spans[:1]), help=help_))
    if is_along or not verb.offered or _is_offered(verb, phrases, work):
        _reported(verb, phrases, work)


def _becomes(kinds: tuple[str, ...], work: Work) -> set[str]:
    """These kinds and what is assembled from them: after `assemble … into kit.housing` the housing is a unit."""
    return {*kinds, *(p.name for p in work.world.cell.declared_parts.values() if set(kinds) & set(p.made_from))}


def _is_offered(verb: VerbSchema, phrases: Phrases, work: Work) -> bool:
    """Whether place and person list the verb under `offers`; reports who does not."""
    is_offered = True
    for name in ("by", "to", "from", "at"):
        where = phrases.resolved.get(name)
        if where is None or not isinstance(where.type, Thing) or not where.type.name:
            continue
        cell = work.world.cell
        person, equipment = cell.people.get(where.type.name), cell.equipment.get(where.type.name)
        if person is None and (equipment is None or name != "at" or "by" in phrases.resolved):
            continue
        offers = person.offers if person is not None else equipment.offers if equipment is not None else ()
        if verb.name not in [o.verb for o in offers]:
            message = f"`{where.type.name}` does not offer `{verb.name}`"
            thing = person or equipment
            assert thing is not None
            help_ = f"It offers {quoted(o.verb for o in offers)}." if offers else f"Add `offers {verb.name} …` to it."
            work.say(error("E233", message, where.span, thing.span.labelled("declared here"), help=help_))
            is_offered = False
    return is_offered


def _reported(verb: VerbSchema, phrases: Phrases, work: Work) -> None:
    """An outcome that no signal of the place reports is never known, unless a person tells it."""
    at = phrases.resolved.get("at")
    if at is None or "by" in phrases.resolved:
        return
    for outcome in verb.tells:
        if outcome.signal and work.world.reporter(at.type, outcome.signal) is None:
            message = f"nothing at `{at.ref.text}` reports the {outcome.name} of `{verb.name}`"
            work.say(warning("W201", message, at.span, help=f"Add `{outcome.signal} signal …` to its declaration."))


def _grips(node: s.GoalNode, verb: VerbSchema, target: Resolved, phrases: Phrases, work: Work) -> None:
    by = phrases.resolved.get("by")
    is_by_person = by is not None and isinstance(by.type, Thing) and by.type.kind.record == "person"
    tools = work.world.cell.tools.values()
    if verb.carries and not is_by_person:
        _handled(kinds_of(target.type), [k for t in tools for k in t.grips], "grips", node.object, work)
    fastener = phrases.resolved.get("with")
    if fastener is not None:
        phrase = next(p for p in node.phrases if p.name.text == "with")
        assert isinstance(phrase.amount, s.RefNode)
        _handled(kinds_of(fastener.type), [k for t in tools for k in t.drives], "drives", phrase.amount, work)


def _handled(kinds: tuple[str, ...], handled: list[str], what: str, ref: s.RefNode, work: Work) -> None:
    if kinds and not set(kinds) & set(handled):
        message = f"no tool of the cell {what} {quoted(kinds)}"
        part = work.world.cell.parts[kinds[0]].span.labelled("declared here")
        work.say(error("E232", message, ref.span, part, help=f"Name it under `{what}` of a tool."))
