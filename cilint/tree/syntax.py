"""placeholder"""
from __future__ import annotations
import yaml
from cilint.finding import Finding
from cilint.span import Span
def syntax_fault(piece, error):
    mark = getattr(error,'problem_mark',None)
    return Finding("yaml-syntax", str(error), Span(piece.source, (mark.line if mark else 0)+1, 1, 1, 1))
