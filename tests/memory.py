"""A journal for tests."""

import json

from kuzushi import runs


class Memory(runs.Silent):
    """A journal that keeps everything in memory, and stops the run at the given evaluation."""

    def __init__(self, stop_at=None):
        self.kept, self.seen, self.begun, self.stop_at = {}, [], [], stop_at

    def begin(self, config, provenance, fingerprint):
        self.begun.append((config, provenance, fingerprint))

    def progress(self, progress):
        self.seen.append(progress)

    def save(self, stage, arrays, note):
        self.kept[stage] = (arrays, json.loads(json.dumps(note)))
        if len(self.seen) == self.stop_at:
            raise KeyboardInterrupt

    def load(self, stage):
        return self.kept.get(stage)
