"""What figures share: colours, numbers, words, widths of text, and the canvas they draw on."""
