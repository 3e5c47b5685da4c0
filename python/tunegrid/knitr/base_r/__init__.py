"""What base R does with values and columns of numbers: its texts, digit for digit."""
