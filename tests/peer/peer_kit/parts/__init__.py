"""What only some scenarios need of the application: a module for each part, imported by those that
name it. Each has a function ``add_to(app, users)``.
"""
