"""A journal in memory, for tests."""

import json

from kuzushi.core.journal import Silent


class Memory(Silent):
    """Save everything in memory, and interrupt the run at the given evaluation."""

    def __init__(self, stop_at=None):
        self.saved, self.seen, self.begun, self.stop_at = {}, [], [], stop_at

    def begin(self, config, provenance, fingerprint):
        self.begun.append((config, provenance, fingerprint))

    def progress(self, progress):
        self.seen.append(progress)

    def save(self, stage, arrays, note):
        self.saved[stage] = (arrays, json.loads(json.dumps(note)))
        if len(self.seen) == self.stop_at:
            raise KeyboardInterrupt

    def load(self, stage):
        return self.saved.get(stage)
