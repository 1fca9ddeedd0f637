"""QR codes for pages.

What must not live here: what is said beside them.
"""

from io import BytesIO
from urllib.parse import quote


def qr_image(link: str) -> str:
    """Draw a QR code as a data: image, which our content policy lets a page show."""
    import qrcode  # 40 ms, and only cards need it
    from qrcode.image.svg import SvgPathImage

    code = qrcode.QRCode(border=2, image_factory=SvgPathImage)
    code.add_data(link)
    buffer = BytesIO()
    code.make_image().save(buffer)
    return f"data:image/svg+xml,{quote(buffer.getvalue())}"
