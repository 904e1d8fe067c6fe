"""What is spent on seats: in groups that add up, day against day, what became of savings, and what is to come."""
