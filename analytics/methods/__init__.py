"""Pure statistics: arrays and frames in, frozen dataclasses out.

Nothing here knows Django, the database, the clock or a global random state.  Heavy libraries are
imported inside functions, so importing a method's module is cheap for the web process.
"""
