"""What somebody will need, by what similar people need: who is similar, how they vote, and what follows."""
