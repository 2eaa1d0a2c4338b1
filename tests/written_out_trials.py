"""Sequential trials with every row written out, in numpy only: the slow exact twin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.arrays import Bools, Floats, Ints


@dataclass(frozen=True)
class Rows:
    """The expanded table: one row a patient, trial and follow-up."""

    patient: Ints
    trial_row: Ints
    row: Ints
    follow_up: Ints
    assigned: Bools
    event: Bools
    weight: Floats


def expanded(
    first: Ints,
    starts: Bools,
    treated: Bools,
    event: Bools,
    step: Floats,
    *,
    until_switch: bool,
    longest: int,
) -> Rows:
    """Copy the person-periods into every trial they belong to."""
    found: list[tuple[int, int, int, int, bool, bool, float]] = []
    for j in range(first.size - 1):
        for m in range(first[j], first[j + 1]):
            if not starts[m]:
                continue
            weight = 1.0
            for r in range(m, first[j + 1]):
                if r - m >= longest or (until_switch and treated[r] != treated[m]):
                    break
                if r > m:
                    weight *= step[r]
                found.append((j, m, r, r - m, bool(treated[m]), bool(event[r]), weight))
    columns = list(zip(*found, strict=True))
    return Rows(
        patient=np.array(columns[0]),
        trial_row=np.array(columns[1]),
        row=np.array(columns[2]),
        follow_up=np.array(columns[3]),
        assigned=np.array(columns[4]),
        event=np.array(columns[5]),
        weight=np.array(columns[6], dtype=np.float64),
    )


def design_of(rows: Rows, columns: Floats, basis: Floats) -> Floats:
    """Return the columns of the model, written out: intercept, assigned, trial, follow-up."""
    return np.column_stack(
        [
            np.ones(rows.row.size),
            rows.assigned.astype(np.float64),
            columns[rows.trial_row],
            basis[rows.assigned.astype(np.int64), rows.follow_up],
        ]
    )


def logistic(
    design: Floats, outcome: Bools, weight: Floats, *, firth: bool = False
) -> tuple[Floats, Floats]:
    """Return coefficients and inverse information by Newton's method on scaled columns."""
    scale = np.concatenate([[1.0], design[:, 1:].std(axis=0)])
    shift = np.concatenate([[0.0], design[:, 1:].mean(axis=0)])
    scaled = (design - shift) / scale
    beta = np.zeros(design.shape[1])
    beta[0] = np.log(weight @ outcome / (weight @ ~outcome))
    for _ in range(400 if firth else 60):
        mu = 1.0 / (1.0 + np.exp(-scaled @ beta))
        spread = weight * mu * (1.0 - mu)
        information = scaled.T @ (spread[:, None] * scaled)
        score = scaled.T @ (weight * (outcome - mu))
        if firth:
            inside = np.einsum("ij,jk,ik->i", scaled, np.linalg.inv(information), scaled)
            score = score + scaled.T @ (spread * inside * (0.5 - mu))
        move = np.linalg.solve(information, score)
        beta += move * min(1.0, 1.0 / np.abs(move).max())
    back = np.diag(1.0 / scale)
    back[0, 1:] = -(shift / scale)[1:]
    return back @ beta, back @ np.linalg.inv(information) @ back.T


def sandwich(design: Floats, rows: Rows, weight: Floats, beta: Floats, inverse: Floats) -> Floats:
    """Return the covariance clustered on patients, with the factor G / (G - 1)."""
    mu = 1.0 / (1.0 + np.exp(-design @ beta))
    residual = (weight * (rows.event - mu))[:, None] * design
    clusters = np.unique(rows.patient)
    scores = np.array([residual[rows.patient == j].sum(axis=0) for j in clusters])
    factor = clusters.size / (clusters.size - 1.0)
    return factor * inverse @ (scores.T @ scores) @ inverse


def survival(columns: Floats, basis: Floats, beta: Floats, weight: Floats) -> Floats:
    """Return survival (2, K) averaged over people, multiplied out one by one."""
    curves = np.zeros((2, basis.shape[1]))
    for arm in (0, 1):
        for row, w in zip(columns, weight, strict=True):
            alive = 1.0
            for k in range(basis.shape[1]):
                x = np.concatenate([[1.0, float(arm)], row, basis[arm, k]])
                alive *= 1.0 - 1.0 / (1.0 + np.exp(-x @ beta))
                curves[arm, k] += w * alive
    return curves / weight.sum()
