"""`python -m training`: the training road."""

from generator.process import run_command_line
from training.cli import app

if __name__ == "__main__":
    run_command_line(app, "python -m training")
