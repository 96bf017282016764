"""What a lead became: the row of its conversion, and the verbs that make it and take it back."""
