"""GitLab's keywords, one module a family: what each may hold, as data."""
