"""Errors to problem documents (RFC 9457): one table, and nothing of an exception's text."""

from hub.problems.answer import register, status_of
from hub.problems.model import Problem
from hub.problems.table import PROBLEMS, problem_of

__all__ = ["PROBLEMS", "Problem", "problem_of", "register", "status_of"]
