"""Samples records: one compiled loop over tokens for many rows at once, which leaves rows behind as they end.

The loop knows a few sizes and is compiled once for each. Whenever the rows that are still written fit the next smaller
size they go on there, so nobody works for texts that have ended or that nobody wants any more. Randomness comes in as
numbers drawn beforehand, one per row and step, so a row's text does not depend on its company.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from keras import ops
from numpy.typing import NDArray

from generator.text.decode import Grammar, State, Weights, compiled, log_likelihood, pick
from generator.text.grammar import make_grammar
from generator.text.story import Story, make_rules
from generator.text.vocabulary import Vocabulary

SIZES = (8, 16, 32, 64)  # rows written at once; fewer are padded
GRAM = 3  # tokens in a row that a synopsis hardly says twice; no token stands twice in a row, in a title neither
CHECKS = (20, 28, 36, 48)  # steps after which rows may be refused; most titles have ended by the second

Refuse = Callable[[int, NDArray[np.int32]], bool]


@dataclass(frozen=True)
class Wanted:
    """What R requests ask for, of C candidates each, T steps at most, over V tokens.

    Attributes:
        uniform: (R, C, T) in 0..1, float32.
        temperature, title_temperature, min_p: (R,) float32.
        guidance: (R,) float32; how strongly the genres lead, 1 as in the training texts.
        openings: (R, V) bool; tokens that no title begins with.
        banned: (R, V) bool; tokens never sampled, given ones excepted.
        given_genres, given_title: (R, G) int32; tokens put after `begin` and after the title's tag, padded with -1.
    """

    uniform: NDArray[np.float32]
    temperature: NDArray[np.float32]
    title_temperature: NDArray[np.float32]
    min_p: NDArray[np.float32]
    guidance: NDArray[np.float32]
    openings: NDArray[np.bool_]
    banned: NDArray[np.bool_]
    given_genres: NDArray[np.int32]
    given_title: NDArray[np.int32]

    def rows(self) -> tuple[NDArray[Any], ...]:
        """Return everything per row, in the loop's order."""
        _, candidates, steps = self.uniform.shape
        each = (
            *(self.temperature, self.title_temperature, self.min_p, self.guidance),
            *(~self.banned, ~self.openings, np.stack([self.given_genres, self.given_title], axis=1)),
        )
        return self.uniform.reshape(-1, steps), *(np.repeat(array, candidates, axis=0) for array in each)


@dataclass
class _Run:
    """Rows that are being written; arrays have one of the `SIZES` first."""

    rows: NDArray[np.intp]  # which of all rows each is; the rest is padding
    given: tuple[NDArray[Any], ...]
    token: NDArray[np.int32]
    state: tuple[NDArray[np.float32], ...]  # (2, size, units): with the genres and without
    place: tuple[NDArray[np.int32], ...]  # field, queue, place in the queue
    done: NDArray[np.bool_]
    out: NDArray[np.int32]
    score: NDArray[np.float32]  # (3, size)
    story: tuple[NDArray[Any], ...]

    def only(self, kept: NDArray[np.intp]) -> _Run:
        """Return these rows alone, in the smallest size that holds them."""
        size = next(size for size in SIZES if size >= len(kept))
        at = np.zeros(size, np.intp)
        at[: len(kept)] = kept
        done = self.done[at]
        done[len(kept) :] = True
        return _Run(
            self.rows[kept],
            tuple(array[at] for array in self.given),
            self.token[at],
            tuple(array[:, at] for array in self.state),
            tuple(array[at] for array in self.place),
            done,
            self.out[at],
            self.score[:, at],
            tuple(array[at] for array in self.story),
        )


class RecordSampler:
    """The record model, ready to write.

    Everything behind the title is sampled with guidance: logits with genres, plus `guidance - 1` times what these
    gained over those of a second reading without them (Sanchez et al. 2023, after Ho and Salimans 2022). Titles are
    sampled without, at a temperature of their own, or every genre would lead to its best known franchise; facts and
    length as the model holds them likely.
    """

    def __init__(self, weights: Weights, vocabulary: Vocabulary) -> None:
        self._weights, self._grammar, self._story = weights, make_grammar(vocabulary), Story(make_rules(vocabulary))
        self._loop = _loop(weights, self._grammar, self._story)
        self._units = [int(array.shape[1]) for array in weights.start(1)]

    def warm(self, steps: int, given: int) -> None:
        """Compile every size for texts of so many steps, and so many tokens of given fields."""
        vocabulary = len(self._grammar.next_state)
        one, none = np.ones(1, np.float32), np.zeros((1, vocabulary), bool)
        nothing = np.full((1, given), -1, np.int32)
        for size in SIZES:
            uniform = np.zeros((1, size, steps), np.float32)
            wanted = Wanted(uniform, one, one, one, one, none, none, nothing, nothing)
            self._advance(self._begin(wanted), np.zeros(size, np.int32), np.zeros(1, np.int64), 0, 0, 0)

    def sample(
        self, wanted: Wanted, enough: int, refuse: Refuse | None = None
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Write all candidates.

        Args:
            enough: of a request's candidates. Once that share of those not refused has ended, the others are given up.
            refuse: is asked of a request's number and the tokens (T,) that a row has so far, -1 behind them, whether
                to go on is useless; after each of `CHECKS` steps.

        Returns:
            Tokens (R, C, T), with the end's id from the end on, or -1 from where a row was given up or refused; mean
            log-likelihoods of a synopsis' token (2, R, C), with the genres and without them.

        Raises:
            ValueError: more rows than the largest size.
        """
        requests, candidates, steps = wanted.uniform.shape
        rows = requests * candidates
        if rows > SIZES[-1]:
            raise ValueError(f"{rows} rows do not fit {SIZES[-1]}")
        of_request = np.repeat(np.arange(requests, dtype=np.int32), candidates)
        tokens, score = np.full((rows, steps), -1, np.int32), np.zeros((3, rows), np.float32)
        refused, ended, going = np.zeros(rows, bool), np.zeros(rows, bool), np.ones(rows, bool)
        run, t = self._begin(wanted), 0
        checks = [check for check in CHECKS if check < steps] if refuse is not None else []
        while going.any():
            alive, over = (np.bincount(of_request[mask], minlength=requests) for mask in (~refused, ended))
            share = (2 * alive * enough + candidates) // (2 * candidates)  # rounded; at least one of one
            lacking = np.where(alive > 0, np.maximum(share, 1), 0) - over
            until = checks[0] if checks else steps
            smaller = max((size for size in SIZES if size < len(run.done)), default=0)
            t = self._advance(run, of_request[run.rows], lacking, t, until, smaller)
            count = len(run.rows)
            tokens[run.rows], score[:, run.rows] = run.out[:count], run.score[:, :count]
            going[run.rows] = ~run.done[:count]
            ended = tokens[:, -1] == self._grammar.end
            if t >= steps:
                break
            if checks and t >= checks[0]:
                checks.pop(0)
                for row in np.flatnonzero(going).tolist():
                    so_far = np.where(np.arange(steps) < t, tokens[row], -1)
                    if refuse is not None and refuse(row // candidates, so_far):
                        going[row], refused[row], tokens[row] = False, True, so_far
            run = run.only(np.flatnonzero(going[run.rows]))
        means = score[:2] / np.maximum(score[2], 1.0)
        return tokens.reshape(wanted.uniform.shape), means.reshape(2, requests, candidates)

    def _begin(self, wanted: Wanted) -> _Run:
        given = wanted.rows()
        rows, steps = given[0].shape
        return _Run(
            np.arange(rows),
            given,
            np.full(rows, self._grammar.begin, np.int32),
            tuple(np.zeros((2, rows, units), np.float32) for units in self._units),
            (np.zeros(rows, np.int32), np.full(rows, -1, np.int32), np.zeros(rows, np.int32)),
            np.zeros(rows, bool),
            np.full((rows, steps), -1, np.int32),
            np.zeros((3, rows), np.float32),
            self._story.start(rows),
        ).only(np.arange(rows))

    def _advance(
        self, run: _Run, requests: NDArray[np.int32], lacking: NDArray[np.int64], t: int, until: int, smaller: int
    ) -> int:
        """Write on until step `until`, or until no more than `smaller` rows are left; return the step reached.

        Args:
            requests: of each row.
            lacking: ends of each request's rows until the others are given up.
        """
        size = len(run.done)
        present, numbers = np.unique(requests, return_inverse=True)
        owner, left = np.zeros((2, size), np.int32)
        owner[: len(requests)], left[: len(present)] = numbers, lacking[present]
        state = tuple(array.reshape(2 * size, -1) for array in run.state)
        carry = (np.int32(t), run.token, state, *run.place, run.done, run.out, run.score, run.story, left)
        carry = self._loop(run.given, owner, np.array([until, smaller], np.int32), carry)
        t, token, state, field, queue, at, done, out, score, story, _ = carry
        run.token, run.done, run.out, run.score = map(np.asarray, (token, done, out, score))
        run.state = tuple(np.asarray(array).reshape(2, size, -1) for array in state)
        run.place = tuple(np.asarray(array) for array in (field, queue, at))
        run.story = tuple(map(np.asarray, story))
        return int(t)


def said_before(out: Any, t: Any) -> Any:
    """Return the tokens (rows,) that last stood behind the newest `GRAM - 1` tokens of each row, or -1.

    Paulus et al. 2017, "A deep reinforced model for abstractive summarization", ban all that ever did.

    Args:
        out: (rows, T) tokens, of which the first `t` are written.
        t: scalar.
    """
    rows, steps = out.shape
    first = ops.arange(steps - GRAM + 1)
    same = ops.broadcast_to((first + GRAM - 1 < t)[None], (rows, steps - GRAM + 1))
    for i in range(GRAM - 1):
        newest = ops.take(out, ops.maximum(t - GRAM + 1 + i, 0), axis=1)
        same = ops.logical_and(same, out[:, i : steps - GRAM + 1 + i] == newest[:, None])
    place = ops.max(ops.where(same, first[None], -1), axis=1)
    follower = ops.take_along_axis(out, ops.maximum(place, 0)[:, None] + GRAM - 1, axis=1)[:, 0]
    return ops.where(place >= 0, follower, -1)


def _loop(weights: Weights, grammar: Grammar, story: Story) -> Callable[..., Any]:
    """Return the compiled loop: what is given per row, each row's owner, [until, smaller] and the carry, to the
    carry.
    """
    allowed_by_state = ops.convert_to_tensor(grammar.allowed)
    next_state = ops.convert_to_tensor(grammar.next_state)
    genre_states, title_states = (ops.convert_to_tensor(s) for s in (grammar.genre_states, grammar.title_states))

    def run(given: Any, owner: Any, limits: Any, carry: Any) -> Any:
        uniform, temperature, title_temperature, min_p, guidance, open_to, opening, queues = given
        rows, steps = uniform.shape
        noise = ops.transpose(uniform)
        lengths = ops.sum(ops.cast(queues >= 0, "int32"), axis=-1)
        places, tokens = ops.arange(steps), ops.arange(open_to.shape[1])
        owns = ops.cast(owner[:, None] == ops.arange(rows)[None], "int32")  # (rows, requests)

        def body(t: Any, token: Any, state: State, *rest: Any) -> Any:
            field, queue, at, done, out, score, told, lacking = rest
            # The second half of the rows reads the same record without its genres.
            read = ops.maximum(token, 0)
            logits, after = weights.step(ops.concatenate([read, read]), state)
            of_genre = ops.take(genre_states, field)
            deaf = ops.concatenate([ops.zeros_like(of_genre), of_genre])[:, None]
            state = tuple(ops.where(deaf, old, new) for old, new in zip(state, after, strict=True))
            logits, free = ops.split(logits, 2)
            of_title = ops.take(title_states, field)
            lean = ops.where(ops.logical_or(of_genre, of_title), 0.0, guidance - 1.0)[:, None]
            starts = ops.where(token == grammar.begin, 0, ops.where(token == grammar.title, 1, -1))
            fresh = ops.logical_and(queue < 0, starts >= 0)
            queue, at = ops.where(fresh, starts, queue), ops.where(fresh, 0, at)
            line = ops.take_along_axis(queues, ops.maximum(queue, 0)[:, None, None], axis=1)[:, 0]
            length = ops.take_along_axis(lengths, ops.maximum(queue, 0)[:, None], axis=1)[:, 0]
            forced = ops.logical_and(queue >= 0, at < length)
            allowed = ops.logical_and(ops.take(allowed_by_state, field, axis=0), open_to)
            allowed = ops.logical_and(allowed, ops.logical_or(opening, token[:, None] != grammar.title))
            of_story = field == grammar.synopsis_state
            heat = ops.where(of_title, title_temperature, ops.where(of_story, temperature, 1.0))
            twice = ops.where(of_story, said_before(out, t), -1)
            same = ops.where(ops.logical_or(of_story, of_title), token, -1)
            allowed = ops.logical_and(allowed, tokens[None] != twice[:, None])
            allowed = ops.logical_and(allowed, tokens[None] != same[:, None])
            costs = ops.where(of_story[:, None], story.costs(told), 0.0)
            leaning = logits + lean * (logits - free) - costs
            sampled = pick(leaning, allowed, heat, min_p, ops.take(noise, t, axis=0))
            said = ops.take_along_axis(line, ops.minimum(at, line.shape[1] - 1)[:, None], axis=1)[:, 0]
            token = ops.where(forced, said, sampled)
            at = at + ops.cast(forced, "int32")
            queue = ops.where(at < length, queue, -1)
            counts = ops.logical_and(of_story, ops.logical_not(done))
            gains = (log_likelihood(logits, token), log_likelihood(free, token), ops.ones_like(temperature))
            score = score + ops.where(counts, ops.stack(gains), 0.0)
            told = story.after(told, token, counts)
            leads = ops.take(next_state, token)
            field = ops.where(leads >= 0, leads, field)
            token = ops.where(done, out[:, -1], token)
            ends = ops.logical_and(token == grammar.end, ops.logical_not(done))
            lacking = lacking - ops.sum(owns * ops.cast(ends, "int32")[:, None], axis=0)
            ended = ops.logical_or(done, ends)
            out = ops.where(ops.logical_and(places[None] >= t, ops.logical_not(done)[:, None]), token[:, None], out)
            cut = ops.logical_and(ops.take(lacking, owner) <= 0, ops.logical_not(ended))
            out = ops.where(ops.logical_and(places[None] > t, cut[:, None]), -1, out)
            return t + 1, token, state, field, queue, at, ops.logical_or(ended, cut), out, score, told, lacking

        def going(t: Any, *rest: Any) -> Any:
            left = ops.sum(ops.cast(ops.logical_not(rest[5]), "int32"))
            return ops.logical_and(t < limits[0], left > limits[1])

        return ops.while_loop(going, body, carry)

    return compiled(run)
