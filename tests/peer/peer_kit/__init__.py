"""What the comparison with the released Flask-Login is made of."""
