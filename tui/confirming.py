"""Before a run is gone on with: shown, asked and confirmed at this terminal, or at another one meanwhile.

Law: somebody who has agreed to what was shown has agreed to nothing else; where it is shown anew they are asked anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from controller.attached.messages import Looked, OpenQuestion
from tui.asking import asked
from tui.progress import Progress, shown
from tui.resume_text import resume_text
from tui.speech import printable, say

Said = Literal["yes", "no", "look"]


class LeftRun(Protocol):
    """A run that waits for a confirmation, as cellwright/service.py has it."""

    def looked(self, after: int = 0, tell: Progress | None = None) -> Looked | None: ...

    def looked_meanwhile(self, before: Looked) -> Looked | None: ...

    def look_again(self) -> object: ...

    def answer(self, question: str, given: str) -> object: ...

    def confirm(self, look: int) -> object: ...


@dataclass(slots=True)
class Confirming:
    """`answers`: to questions, by id, as they were given beforehand. `is_agreed`: no confirmation is asked for, only what is
    open. `is_attended`: somebody can be asked."""

    run: LeftRun
    name: str
    answers: Mapping[str, str]
    is_agreed: bool
    is_attended: bool

    def to_an_end(self) -> Looked | None:
        """None: the run goes on. Else what was found when nobody agreed to it. Raises NotBegun, ControllerEnded."""
        looked = self._looked(0, "controller")
        while looked is not None:
            say(resume_text(self.name, looked))
            looked, said = self._settled(looked)
            match said:
                case "no":
                    return looked
                case "yes" if looked is not None:
                    self.run.confirm(looked.look)
                    looked = self._looked(looked.look, "devices")
                case "look" if looked is not None:
                    self.run.look_again()
                    looked = self._looked(looked.look, "devices")
                case _:
                    pass
        return None

    def _looked(self, after: int, first: str) -> Looked | None:
        """`first`: what is waited for until the controller says what it is at."""
        with shown() as progress:
            progress(first, 0, 0)
            return self.run.looked(after, progress)

    def _settled(self, looked: Looked) -> tuple[Looked | None, Said | None]:
        """What it came to here. Without a word where somebody else has changed something: that is to be shown first."""
        while (question := next((one for one in looked.questions if one.given is None), None)) is not None:
            answer, now = self._answer(question, looked)
            if now != looked:
                return now, None
            if answer is None:
                return looked, "no"
            self.run.answer(question.id, answer)
            now = self.run.looked()
            if now is None or now != _noted(looked, question.id, answer):
                return now, None
            looked = now
        if self.is_agreed:
            return looked, "yes"
        if not self.is_attended:
            return looked, "no"
        typed, now = self._typed(f"Go on with run {printable(self.name)}? [y/N, l to look again] ", looked)
        if now != looked:
            return now, None
        return looked, "yes" if typed in ("y", "yes") else "look" if typed in ("l", "look") else "no"

    def _answer(self, question: OpenQuestion, looked: Looked) -> tuple[str | None, Looked | None]:
        """None where somebody who could tell is not there."""
        answer = self.answers.get(question.id, "")
        while answer not in question.answers:
            if not self.is_attended:
                return None, looked
            typed, now = self._typed(
                f"{printable(question.text)} [{printable(', '.join(question.answers))}] ", looked, question.answers
            )
            if typed is None or now != looked:
                return None, now
            answer = typed
        return answer, looked

    def _typed(self, text: str, looked: Looked, answers: tuple[str, ...] = ()) -> tuple[str | None, Looked | None]:
        """And the newest of what was shown by then; the wait ends where that is not `looked` any more."""
        newest: list[Looked | None] = [looked]

        def is_other() -> bool:
            if newest[0] is not None:
                newest[0] = self.run.looked_meanwhile(looked)
            return newest[0] != looked

        return asked(text, is_other, answers), newest[0]


def _noted(looked: Looked, question: str, answer: str) -> Looked:
    return replace(looked, questions=tuple(replace(one, given=answer) if one.id == question else one for one in looked.questions))
