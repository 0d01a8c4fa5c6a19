"""The grammar of reported speech: which words of a text are holder, cue and content.

In the order they build on each other: :mod:`~stance.speech.cues` (the reporting verbs),
:mod:`~stance.speech.quotes` (what stands between quotation marks), :mod:`~stance.speech.tags` (word
classes of a sentence as one string), :mod:`~stance.speech.subjects` and
:mod:`~stance.speech.contents` (noun phrases and what may be a content),
:mod:`~stance.speech.rules` (one report per cue), :mod:`~stance.speech.clauses` (the reports of one
sentence), :mod:`~stance.speech.interviews` (whose turn a paragraph is) and
:mod:`~stance.speech.extraction` (the reports of a document, in characters).
"""
