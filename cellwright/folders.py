"""Where runs and caches live: the user's XDG state and cache folders, or what the environment says."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def state_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Runs and their journals. CELLWRIGHT_STATE overrides; else $XDG_STATE_HOME/cellwright, else ~/.local/state/cellwright."""
    return _folder(environment, "CELLWRIGHT_STATE", "XDG_STATE_HOME", Path(".local/state"))


def devices_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """What is known of devices among all runs of the user, whatever their state folders: $XDG_STATE_HOME/cellwright, else
    ~/.local/state/cellwright."""
    return _folder(environment, "", "XDG_STATE_HOME", Path(".local/state"))


def cache_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """What can be computed again (robot models, motions, certificates), and the texts of plans, without which less is told of
    them. CELLWRIGHT_CACHE overrides."""
    return _folder(environment, "CELLWRIGHT_CACHE", "XDG_CACHE_HOME", Path(".cache"))


def _folder(environment: Mapping[str, str], own: str, xdg: str, fallback: Path) -> Path:
    # XDG: a relative path in the variable is to be ignored.
    chosen = environment.get(own)
    if chosen:
        return Path(chosen).absolute()
    base = Path(environment.get(xdg, ""))
    return (base if base.is_absolute() else Path.home() / fallback) / "cellwright"


def private(folder: Path) -> Path:
    """The folder, made if need be, readable by its owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
