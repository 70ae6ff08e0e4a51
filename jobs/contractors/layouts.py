"""What files of contractors call their columns."""

from jobs.formats.tables.fields import Field, Layout

CONTRACTORS = Layout(
    "contractors",
    (
        Field(
            "name",
            (
                "Наименование",
                "Контрагент",
                "Название",
                "Краткое наименование",
                "Наименование контрагента",
                "Наименование в программе",
                "Рабочее наименование",
                "Name",
                "Contractor",
                "Counterparty",
                "Company",
            ),
            required=True,
        ),
        Field(
            "full_name",
            (
                "Полное наименование",
                "Официальное наименование",
                "Юридическое наименование",
                "Наименование полное",
                "Юридическое название",
                "ФИО",
                "Full name",
                "Legal name",
            ),
        ),
        # A name alone is a column of any table; the ИНН beside it may be empty in a row.
        Field("inn", ("ИНН", "ИНН/КПП", "ИНН контрагента", "INN", "Tax ID", "TIN"), required=True),
        Field("kpp", ("КПП", "КПП контрагента", "KPP")),
        Field("okpo", ("ОКПО", "Код по ОКПО", "КодПоОКПО", "OKPO")),
        Field("code", ("Код", "Код контрагента", "Code")),
        Field(
            "kind",
            (
                "Вид контрагента",
                "Вид",
                "Юр./физ. лицо",
                "ЮридическоеФизическоеЛицо",
                "Юридическое/физическое лицо",
                "Тип контрагента",
                "Тип",
                "Kind",
                "Type",
            ),
        ),
        Field(
            "ref", ("Ид", "УникальныйИдентификатор", "Уникальный идентификатор", "Ref_Key", "GUID", "UUID")
        ),
    ),
)
