"""Pictures of how the programme goes: pure functions from plain data to shapes, which a template draws as SVG.

Nothing here asks the database or knows a colour: shapes have classes of ``static/portal/pictures.css``. What a colour
says is said by form, pattern or words as well, so that a picture printed in black and white loses nothing. Each comes
in two widths, of which the style sheet shows one; texts are therefore never smaller than they read.
"""
