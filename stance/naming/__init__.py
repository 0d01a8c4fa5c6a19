"""Who a source phrase stands for: names, roles, pronouns, places, within and across documents.

In the order they build on each other: :mod:`~stance.naming.names` (names in a text, spellings and
genders), :mod:`~stance.naming.places` (capitals and the governments they stand for),
:mod:`~stance.naming.cast` (who one document names), :mod:`~stance.naming.mentions` (what kind of
phrase a source is), :mod:`~stance.naming.people` (which person it means),
:mod:`~stance.naming.focus` and :mod:`~stance.naming.offices` (whom a pronoun or an office without a
name goes back to), :mod:`~stance.naming.bodies` and :mod:`~stance.naming.several` (the same for
bodies and for one of several).
:mod:`stance.holders` is the door to it.
"""
