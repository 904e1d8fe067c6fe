"""What can be made to go wrong, as data: rules, named presets, and the book that counts them down."""
