"""The papers of a study visit: what each is, what it says, and the HTML of which a PDF is made (programme spec 7)."""
