"""Small bundles for tests, written as text."""

from pathlib import Path

SMALL = {
    "organizations": """
        id,name,kind,parent,headPost,creditCode
        gov,县人民政府,GOVERNMENT,,mayor,
        env,生态环境局,DEPARTMENT,gov,chief,
        mill,面粉厂,ENTERPRISE,,,91110000600037341L
    """,
    "posts": """
        id,title,organization
        mayor,县长,gov
        chief,局长,env
        clerk,科员,env
    """,
    "reporting": """
        id,post,reportsTo,validFrom,validTo,basis
        r1,clerk,chief,2020-01-01,,ASSUMED
        r2,chief,mayor,2020-01-01,,c1
    """,
    "persons": """
        id,name,phone
        li,李四,13800000000
        wang,王五,
    """,
    "memberships": """
        id,person,post,validFrom,validTo,basis
        m1,li,clerk,2023-01-01,2024-12-20,任免〔2023〕1号
        m2,wang,clerk,2024-12-20,,
    """,
    "areas": """
        id,name,kind,code,parent,organization
        county,某县,COUNTY,410000,,gov
        street,一街道,SUBDISTRICT,,county,
        grid,一网格,GRID,,street,
    """,
    "sites": """
        id,name,kind,area,operator,keyProject,longitude,latitude
        mill-site,面粉厂厂区,ENTERPRISE,grid,mill,true,113.65,34.7
    """,
    "regulations": """
        id,organization,subjectKind,subject,capacity,validFrom,validTo,basis
        g1,env,SITE_KIND,ENTERPRISE,INDUSTRY,2020-01-01,,ASSUMED
        g2,env,SITE,mill-site,BUSINESS,2020-01-01,,
    """,
    "responsibilities": """
        id,post,role,subjectKind,subject,validFrom,validTo,basis
        a1,clerk,GRID_WORKER,AREA,grid,2023-01-01,,c1
        a2,chief,LEADER,TASK,t2,2024-12-14T08:00:00+08:00,,
    """,
    "directives": """
        id,title,issuedOn,issuer,file
        d1,讲话,2024-12-14,县政府,speech.txt
    """,
    "clauses": """
        id,directive,label,start,end
        c1,d1,第一条,0,12
    """,
    "campaigns": """
        id,title,directive,startsOn,endsOn
        k1,冬季攻坚,d1,2024-12-14,2024-12-31
    """,
    "tasks": """
        id,campaign,lineOfWork,title,parent,lead,assisting,responsible,clause,dueAt
        t1,k1,INDUSTRY,工业企业,,env,,env;gov,c1,2024-12-31
        t2,k1,INDUSTRY,驻厂,t1,,,,c1,
    """,
    "problems": """
        id,number,title,site,area,task,origin,discoveredAt,reportedBy,severity
        p1,ZG-1,扬尘,mill-site,,t2,PATROL,2024-12-15T09:00:00+08:00,li,SERIOUS
        p2,,焚烧,,grid,,CAMERA,2024-12-16T09:00:00+08:00,,
    """,
    "events": """
        id,problem,at,action,person,post,toOrganization,dueAt,evidence,note
        e2,p1,2024-12-15T11:00:00+08:00,ASSIGN,wang,chief,env,2024-12-18,,
        e1,p1,2024-12-15T10:00:00+08:00,REGISTER,wang,chief,,,,
        e3,p1,2024-12-15T12:00:00+08:00,ACCEPT,li,clerk,,,,
        e4,p1,2024-12-16T12:00:00+08:00,SUBMIT,li,clerk,,,a.jpg;b.jpg,"已苫盖,已洒水"
        e5,p2,2024-12-16T10:00:00+08:00,REGISTER,wang,,,,,
    """,
    "observations": """
        station,at,indicator,value
        mill-site,2024-12-14T08:00:00+08:00,PM10,153.5
        mill-site,2024-12-14T09:00:00+08:00,PM10,150
    """,
    "links": """
        id,kind,from,to,validFrom,validTo,basis
        l1,OPERATES,env,mill-site,2020-01-01,2021-01-01,ASSUMED
        l2,WITHIN,mill-site,street,2019-01-01,2020-01-01,
    """,
    "names": """
        id,subject,name,validFrom,validTo
        n1,env,环保局,1900-01-01,2019-01-01
    """,
}


def text(table: str) -> str:
    """The table as a CSV file has it."""
    return "\n".join(line.strip() for line in table.strip().splitlines()) + "\n"


def write(folder: Path, tables: dict[str, str]) -> Path:
    """A folder of these tables."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        (folder / f"{name}.csv").write_text(text(table), encoding="utf-8")
    return folder


def changed(**tables: tuple[str, str]) -> dict[str, str]:
    """SMALL with a text replaced in some of its tables."""
    found = dict(SMALL)
    for name, (old, new) in tables.items():
        assert old in found[name], f"{name} has no {old!r}"
        found[name] = found[name].replace(old, new)
    return found
