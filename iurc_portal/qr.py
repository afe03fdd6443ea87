"""QR codes (ISO/IEC 18004) as SVG, drawn here: nothing is asked of anybody else."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

QUIET_ZONE = 4  # modules, as the standard asks
DRAWN = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" role="img" aria-label="{1}" class="{2}">'
    '<path fill="#fff" d="M0 0H{0}V{0}H0z"/><path fill="#000" d="{3}"/></svg>'
)


def svg(text: str, *, label: str, css_class: str = "tn-qr") -> SafeString:
    """``text`` as an inline drawing; ``label`` is what is said of it to those who do not see it."""
    import qrcode  # only who shows a code waits for it

    code = qrcode.QRCode(border=QUIET_ZONE, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    dark = "".join(
        f"M{column} {row}h1v1h-1z" for row, cells in enumerate(rows) for column, is_dark in enumerate(cells) if is_dark
    )
    return format_html(DRAWN, len(rows), label, css_class, dark)
