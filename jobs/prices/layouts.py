"""What the files of the price desk call their columns."""

from jobs.formats.tables.fields import Field, Layout

_NUMBER = ("Артикул", "Артикул производителя", "Партномер", "Part number", "Part No", "Каталожный номер")
_VENDOR = ("Производитель", "Бренд", "Марка", "Vendor", "Brand", "Manufacturer")
_CODE = ("Код", "Код номенклатуры", "Код товара", "Code", "Номенклатура.Код")
_NAME = ("Наименование", "Номенклатура", "Наименование товара", "Name", "Товар")
_UNIT = ("Ед. изм.", "Ед.", "Единица", "Единица измерения", "Unit", "Ед изм", "Базовая единица")
_CURRENCY = ("Валюта", "Currency", "Вал.")
_QUANTITY = ("Количество", "Кол-во", "Qty", "Quantity", "Кол")

COMPONENTS = Layout(
    "components",
    (
        Field("code", _CODE, required=True, key=True),
        Field("name", _NAME, total=True),
        Field("vendor", _VENDOR),
        Field("category", ("Категория", "Группа", "Вид номенклатуры", "Category")),
        Field("unit", _UNIT),
        Field("method", ("Метод", "Метод расчета", "Способ расчета цены", "Method")),
        Field("manual_price", ("Ручная цена", "Цена вручную", "Manual price"), number=True, money=True),
        Field("coefficient", ("Коэффициент", "Наценка, коэффициент", "Coefficient")),
        Field("rounding", ("Округление", "Округлять до", "Rounding")),
        Field("currency", _CURRENCY, titled=True),
    ),
)
QUOTES = Layout(
    "quotes",
    (
        Field("number", (*_NUMBER, *_CODE), required=True, key=True),
        Field("vendor", _VENDOR),
        Field("supplier", ("Поставщик", "Конкурент", "Контрагент", "Supplier", "Competitor"), titled=True),
        Field("kind", ("Вид", "Вид цены", "Kind")),
        Field(
            "price",
            ("Цена", "Цена за единицу", "Прайс", "Price"),
            required=True,
            total=True,
            number=True,
            money=True,
        ),
        Field("currency", _CURRENCY, titled=True),
        Field("quantity", _QUANTITY, total=True, number=True),
        Field("date", ("Дата", "Дата цены", "Date", "Day")),
    ),
)
PART_NUMBERS = Layout(
    "part_numbers",
    (
        Field("number", _NUMBER, required=True, key=True),
        Field("vendor", _VENDOR),
        Field("code", _CODE, required=True, key=True),
    ),
)
CURRENCY_RATES = Layout(
    "currency_rates",
    (
        Field("currency", (*_CURRENCY, "Букв. код", "Буквенный код"), required=True),
        Field("date", ("Дата", "Дата курса", "Date", "Day", "Период"), required=True),
        Field("rate", ("Курс", "Rate"), required=True, number=True),
        Field("nominal", ("Номинал", "Единиц", "Кратность", "Nominal")),
    ),
)
STOCK = Layout(
    "stock",
    (
        Field("number", _NUMBER, key=True),
        Field("code", _CODE, key=True),
        Field("name", _NAME, total=True),
        Field("vendor", _VENDOR),
        Field(
            "warehouse",
            ("Склад", "Warehouse", "Место хранения"),
            words=("склад", "магазин", "warehouse"),
            titled=True,
            groups=True,
        ),
        Field("lot", ("Партия", "Серия", "Lot", "Характеристика")),
        Field("unit", _UNIT),
        Field(
            "quantity",
            (*_QUANTITY, "Остаток", "Остатки", "Конечный остаток", "Свободный остаток", "В наличии"),
            required=True,
            many=True,
            words=("склад", "магазин", "warehouse"),
            total=True,
            number=True,
        ),
        Field(
            "unit_cost",
            ("Себестоимость", "Себестоимость единицы", "Учетная цена", "Цена", "Unit cost"),
            total=True,
            number=True,
            money=True,
        ),
        Field("currency", _CURRENCY, titled=True),
        Field("received", ("Дата поступления", "Поступило", "Received", "Дата партии")),
    ),
)
