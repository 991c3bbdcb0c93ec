"""The cells of the examples, each changed a little so that there is no plan: what a programmer would meet on a real one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cell.diagnostic import Kind

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


@dataclass(frozen=True, slots=True)
class Changed:
    """`edits`: (end of the file's name, text, text instead), each text once in its file. `code`: what has to be told."""

    name: str
    example: str
    code: str
    edits: tuple[tuple[str, str, str], ...]
    kind: Kind = "proved impossible"

    def write(self, folder: Path) -> Path:
        """The files of the example, changed, into `folder`; the intent among them. Raises ValueError for an edit that misses."""
        for file in (EXAMPLES / self.example).iterdir():
            text = file.read_text(encoding="utf-8")
            for _, old, new in (e for e in self.edits if file.name.endswith(e[0])):
                if text.count(old) != 1:
                    raise ValueError(f"{self.name}: {old!r} is {text.count(old)} times in {file.name}")
                text = text.replace(old, new)
            (folder / file.name).write_text(text, encoding="utf-8")
        return next(folder.glob("*.intent"))


def _cell(old: str, new: str) -> tuple[str, str, str]:
    return ".cell", old, new


def _intent(old: str, new: str) -> tuple[str, str, str]:
    return ".intent", old, new


TENDING, PALLETS, ASSEMBLY = "02_machine_tending", "03_palletizing", "04_two_robot_assembly"
KITTING, SAMPLING, SORTING = "05_kitting_with_a_person", "06_sampling_and_rework", "07_sorting"
ON_EXAMPLES = (
    Changed("tending: too little time", TENDING, "E501", (_intent("within 45 min", "within 20 min"),)),
    Changed("tending: a slow robot", TENDING, "E501", (_intent("800 mm/s", "20 mm/s"),)),
    Changed("tending: one shaft", TENDING, "E501", (_intent("  process s at lathe", "  within 40 s\n  process s at lathe"),)),
    Changed("tending: pace", TENDING, "E502", (_intent("  process s at lathe", "  every 30 s\n  process s at lathe"),)),
    Changed("tending: out of reach", TENDING, "E603", (_cell("at (500 mm, 350 mm", "at (500 mm, 1900 mm"),)),
    Changed("tending: most of a tray out of reach", TENDING, "E320", (_cell("at (500 mm, 350 mm", "at (500 mm, 1150 mm"),),
            "gave up"),
    Changed("tending: in a keep-out zone", TENDING, "E420",
            (_cell("zone aisle {", "zone pit {\n  box from (600 mm, 400 mm, 0 mm) to (1000 mm, 700 mm, 900 mm)\n  keep_out\n}\n"
                   "zone aisle {"),)),
    Changed("tending: too heavy", TENDING, "E602", (_cell("mass 1.2 kg", "mass 9 kg"),)),
    Changed("tending: too few", TENDING, "E601", (_cell("contains shaft 40 parts", "contains shaft 30 parts"),)),
    Changed("tending: too many", TENDING, "E607", (_cell("tray outfeed is infeed {", "tray outfeed is infeed {\n  grid 5x7"),)),
    Changed("tending: no tool", TENDING, "E602", (_cell("force 20 N to 120 N", "force 80 N to 120 N"),)),
    Changed("palletizing: too little time", PALLETS, "E501", (_intent("prefer carrying", "within 5 min\nprefer carrying"),)),
    Changed("palletizing: a slow robot", PALLETS, "E501",
            (_intent("1500 mm/s", "20 mm/s"), _intent("prefer carrying", "within 30 min\nprefer carrying"))),
    Changed("palletizing: too heavy a pallet", PALLETS, "E618", (_intent("700 kg", "100 kg"),)),
    Changed("palletizing: out of reach", PALLETS, "E603", (_cell("at (-200 mm, 1500 mm", "at (-200 mm, 3500 mm"),)),
    Changed("palletizing: too heavy", PALLETS, "E602", (_cell("payload 60 kg", "payload 20 kg"),)),
    Changed("palletizing: the line backs up", PALLETS, "E503", (_cell("every 12 s", "every 3 s"),)),
    Changed("assembly: too little time", ASSEMBLY, "E501", (_intent("within 5 min", "within 8 s"),)),
    Changed("assembly: all of it", ASSEMBLY, "E501", (_intent("prefer throughput", "within 20 s\nprefer throughput"),)),
    Changed("assembly: no tool", ASSEMBLY, "E602", (_intent("torque 2.5 Nm", "torque 9 Nm"),)),
    Changed("assembly: out of reach", ASSEMBLY, "E603", (_cell("at (0 mm, 300 mm, 0 mm)", "at (0 mm, 1200 mm, 0 mm)"),)),
    Changed("assembly: the wrong way round", ASSEMBLY, "E630",
            (_intent("  assemble cover into kit.housing at nest\n", ""),
             _intent("  assemble kit.gear", "  assemble cover into kit.housing at nest\n  assemble kit.gear"))),
    Changed("kitting: nobody to hand it to", KITTING, "E625",
            (_cell("(450 mm, -250 mm, 100 mm) to (800 mm, 250 mm", "(450 mm, -1450 mm, 100 mm) to (800 mm, -950 mm"),
             _cell("handover at (580 mm, 0 mm, 350 mm)", "handover at (580 mm, -1200 mm, 350 mm)"))),
    Changed("kitting: too little time", KITTING, "E501", (_intent("within 2 h", "within 30 s"),)),
    Changed("kitting: nothing to fill it with", KITTING, "E640", (_cell("contains manual 12 parts", "contains manual 1 parts"),)),
    Changed("kitting: out of reach", KITTING, "E603", (_cell("at (380 mm, -400 mm", "at (380 mm, -1400 mm"),)),
    Changed("sampling: too little time", SAMPLING, "E501", (_intent("within 10 min", "within 4 min"),)),
    Changed("sampling: out of reach", SAMPLING, "E603", (_cell("at (-150 mm, 700 mm", "at (-150 mm, 1800 mm"),)),
    Changed("sorting: too little time", SORTING, "E501", (_intent("within 5 min", "within 20 s"),)),
    Changed("sorting: too many", SORTING, "E607", (_cell("grid 3x3", "grid 2x2"),)),
    Changed("sorting: out of reach", SORTING, "E320", (_cell("at (800 mm, 0 mm, 0 mm)", "at (1600 mm, 0 mm, 0 mm)"),)),
)  # fmt: skip
