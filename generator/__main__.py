"""`python -m generator`: the queue, a worker, or cards without either."""

from generator.cli import app
from generator.process import run_command_line

if __name__ == "__main__":
    run_command_line(app, "python -m generator")
