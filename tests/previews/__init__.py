"""What the program would do, told by the real engine where no cluster answers."""
